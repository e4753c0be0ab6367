/**
 * One file that should have a content: is it right, and if not, why not?
 *
 * @module
 */
import { Secret } from "../core/secret.ts";
import type { AppliedScope } from "./applied.ts";
import { contentBytes, digestOf } from "./digest.ts";
import type { HostView } from "./host_view.ts";
import { type Cause, DONE, type Outcome, type ScopedItems, type Steps } from "./item.ts";
import { lineDiff } from "./line_diff.ts";

/** What planners of a scope work with. */
export interface PlanContext {
  /** The machine. */
  readonly host: HostView;
  /** What we put there. */
  readonly applied: AppliedScope;
  /** Makes items of the scope. */
  readonly items: ScopedItems;
}

/** A file that should be. */
export interface WantedFile {
  /** Where. */
  readonly path: string;
  /** What is in it. A secret is never shown, not even as a diff. */
  readonly content: Uint8Array | Secret;
  /** Permission bits. */
  readonly mode: number;
  /** Names of owner and group. @default {root} */
  readonly owner?: { readonly user: string; readonly group: string };
  /** The account that writes, for a file below a home. */
  readonly as?: string;
  /**
   * What becomes of a file that is not ours:
   * - `replace`: it is put right, since the path is ours alone;
   * - `keep`: it is left alone, with a warning that says so.
   */
  readonly foreign: "replace" | "keep";
}

const ROOT = { user: "root", group: "root" };

/**
 * Plans one file.
 *
 * @param context The scope.
 * @param wanted The file.
 * @returns Whether the file is as wanted afterwards.
 */
export function* fileStep(context: PlanContext, wanted: WantedFile): Steps<Outcome> {
  const { host, applied, items } = context;
  const { path, content, mode, owner = ROOT, as, foreign } = wanted;
  const resource = `file ${path}`;
  const fact = host.file(path);
  const marks = [{ key: path, digest: digestOf(content) }];
  const write = (cause: Cause, summary: string, before: Uint8Array | undefined) =>
    items.change(resource, {
      cause,
      summary,
      ...(content instanceof Secret
        ? { diff: ["(secret)"] }
        : { diff: before === undefined ? newFile(content) : lineDiff(before, content) }),
      action: {
        kind: "write_file",
        path,
        content,
        mode,
        owner,
        ...(as === undefined ? {} : { as }),
        before: before === undefined ? undefined : digestOf(before),
      },
      marks: [...stillOurs(before), ...marks],
    });
  // Kept beside the new one, however many writes failed since: it is what is there.
  const stillOurs = (before: Uint8Array | undefined) => {
    const digest = before === undefined ? "" : digestOf(before);
    return applied.isOurs(path, digest) ? [{ key: path, digest }] : [];
  };
  if (fact.kind === "absent") return yield write("missing", `write ${path}`, undefined);
  if (fact.kind !== "file") {
    const what = fact.kind === "link" ? `a link to ${fact.target}` : `no regular file`;
    const error = `${path} is ${what}, must be a file`;
    yield items.error(resource, error, `look at it, then move it away: ls -ld ${path}`);
    return { isDone: false, error };
  }
  const current = host.bytes(path);
  if (current === undefined) {
    // Root reads nothing in a home but what is the user's own.
    const isAnothers = as !== undefined && fact.uid !== host.account(as)?.uid;
    const error = isAnothers
      ? `${path} belongs to number ${fact.uid}, must belong to ${as}`
      : `${path} cannot be read`;
    // No "chown" to copy: a directory on the way may be a link to what is root's.
    yield items.error(resource, error, `look at it, then move it away: ls -ld ${path}`);
    return { isDone: false, error };
  }
  const desired = contentBytes(content);
  if (!isEqual(current, desired)) {
    const isOurs = applied.isOurs(path, digestOf(current));
    if (!isOurs && foreign === "keep") {
      const error = `${path} was not written by the provisioner and is left as it is`;
      yield items.warning(
        resource,
        error,
        `to have it managed, move it away: mv ${path} ${path}.own`,
      );
      return { isDone: false, error };
    }
    const cause = isOurs ? "intent" : applied.has(path) ? "drift" : "found";
    return yield write(cause, `${cause === "drift" ? "put back" : "replace"} ${path}`, current);
  }
  const uid = host.account(owner.user)?.uid;
  // A file that a user writes has the user's first group, whichever that is.
  const gid = as === undefined ? host.group(owner.group)?.gid : fact.gid;
  if (fact.uid !== uid || fact.gid !== gid || fact.mode !== mode) {
    const summary = `set owner and mode of ${path} to ${owner.user}:${owner.group} ${octal(mode)}`;
    // A rewrite sets both before the first byte, for secrets too.
    return yield write("drift", summary, current);
  }
  yield items.ok(resource, marks);
  return DONE;
}

/** What is shown of a file that was not there: a short one whole, a long one by its size. */
function newFile(content: Uint8Array): readonly string[] {
  const lines = lineDiff(new Uint8Array(), content);
  return lines.length <= 6 ? lines : [`+ ${content.length} bytes`];
}

/** A mode as `chmod` takes it. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** Whether two contents are the same. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
