/**
 * What may be done as root: a file below `/etc/sudoers.d`.
 *
 * A file that sudo cannot read breaks every sudo of the machine, so its content is checked by
 * `visudo -c` before it gets there; and it grants root, so an admin can choose to be shown it
 * instead (`host.sudoers: print`).
 *
 * @module
 */
import { digestOf } from "../digest.ts";
import { isEqual, octal, type PlanContext } from "../file_step.ts";
import { type Cause, DONE, type Outcome, type Steps } from "../item.ts";
import { lineDiff } from "../line_diff.ts";

const MODE = 0o440;

/**
 * Plans one file.
 *
 * @param context The scope.
 * @param file Where, and what is in it.
 * @param mode Whether it is installed or only shown, which is no failure.
 */
export function* sudoersStep(
  context: PlanContext,
  file: { readonly path: string; readonly content: Uint8Array },
  mode: "install" | "print",
): Steps<Outcome> {
  const { host, applied, items } = context;
  const { path, content } = file;
  const resource = `file ${path}`;
  const fact = host.file(path);
  const current = fact.kind === "absent" ? undefined : host.bytes(path);
  if (fact.kind !== "absent" && (fact.kind !== "file" || current === undefined)) {
    const error = `${path} is no readable file, must be one`;
    yield items.error(resource, error, `look at it, then move it away: ls -ld ${path}`);
    return { isDone: false, error };
  }
  const isSame = current !== undefined && isEqual(current, content);
  const marks = [{ key: path, digest: digestOf(content) }];
  if (isSame && fact.kind === "file" && fact.mode === MODE && fact.uid === 0 && fact.gid === 0) {
    yield items.ok(resource, marks);
    return DONE;
  }
  if (mode === "print") {
    const lines = lineDiff(current ?? new Uint8Array(), content).join("\n");
    yield items.skipped(
      resource,
      `by hand, with visudo -f ${path} (mode ${octal(MODE)}):\n${lines}`,
    );
    return DONE;
  }
  const cause: Cause = current === undefined
    ? "missing"
    : applied.isOurs(path, digestOf(current))
    ? "intent"
    : applied.has(path)
    ? "drift"
    : "found";
  return yield items.change(resource, {
    cause,
    summary: isSame ? `set owner and mode of ${path}` : `write ${path}, once visudo accepts it`,
    diff: lineDiff(current ?? new Uint8Array(), content),
    action: {
      kind: "install_sudoers",
      path,
      content,
      before: current === undefined ? undefined : digestOf(current),
    },
    marks,
  });
}
