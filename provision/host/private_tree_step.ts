/**
 * A directory with secrets in the clear, closed to everybody else: `chmod o-rx`.
 *
 * @module
 */
import { octal, type PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";

const OTHERS_READ_AND_ENTER = 0o005;

/** Plans one tree; who owns it, and what the owner and the group may do, stays as it is. */
export function* privateTreeStep({ host, items }: PlanContext, path: string): Steps {
  const resource = `directory ${path}`;
  const fact = host.file(path);
  if (fact.kind === "absent") yield items.skipped(resource, `${path} is not there`);
  else if (fact.kind !== "directory") {
    yield items.error(
      resource,
      `${path} is no directory, must be one to be closed`,
      "name the directory itself in host.private_trees",
    );
  } else if ((fact.mode & OTHERS_READ_AND_ENTER) === 0) yield items.ok(resource);
  else {
    const mode = fact.mode & ~OTHERS_READ_AND_ENTER;
    yield items.change(resource, {
      cause: "found",
      summary: `close ${path} to others: ${octal(fact.mode)} to ${octal(mode)}`,
      action: { kind: "change_mode", path, mode },
    });
  }
}
