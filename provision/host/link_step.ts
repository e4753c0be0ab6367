/**
 * One symbolic link that is ours.
 *
 * @module
 */
import type { PlanContext } from "../file_step.ts";
import { DONE, type Outcome, type Steps } from "../item.ts";

/** Plans a link; anything there that is no link is left alone, with an error. */
export function* linkStep(context: PlanContext, path: string, target: string): Steps<Outcome> {
  const { host, items } = context;
  const resource = `link ${path}`;
  const fact = host.file(path);
  if (fact.kind === "link" && fact.target === target) {
    yield items.ok(resource);
    return DONE;
  }
  if (fact.kind !== "link" && fact.kind !== "absent") {
    const error = `${path} is no link, must be a link to ${target}`;
    yield items.error(resource, error, `look at it, then move it away: ls -ld ${path}`);
    return { isDone: false, error };
  }
  return yield items.change(resource, {
    cause: fact.kind === "absent" ? "missing" : "intent",
    summary: `point ${path} at ${target}`,
    ...(fact.kind === "link" ? { diff: [`- ${fact.target}`, `+ ${target}`] } : {}),
    action: { kind: "link", path, target },
  });
}
