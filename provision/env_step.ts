/**
 * Keys of an env file that others may write too.
 *
 * @module
 */
import { digestOf } from "./digest.ts";
import { editEnvFile, type EnvChanges, envValue } from "../core/env_file.ts";
import { isEqual, octal, type PlanContext } from "./file_step.ts";
import { type Cause, DONE, type Outcome, type Steps } from "./item.ts";
import { lineDiff } from "./line_diff.ts";

/** An env file and what it should say. */
export interface WantedEnv {
  /** Where; owned by root, mode 0600. */
  readonly path: string;
  /** Keys to set, and those to take away again: `undefined`. */
  readonly keys: EnvChanges;
  /** Keys whose value is never shown. */
  readonly secretKeys?: readonly string[];
}

const MODE = 0o600;
const OWNER = { user: "root", group: "root" };

/**
 * Plans one env file: its other lines stay as they are. A key that is to be taken away is one that
 * was set by us; another's stays.
 *
 * @returns Whether the file says what it should afterwards.
 */
export function* envStep(context: PlanContext, wanted: WantedEnv): Steps<Outcome> {
  const { host, applied, items } = context;
  const { path, secretKeys = [] } = wanted;
  const resource = `file ${path}`;
  const fact = host.file(path);
  const current = fact.kind === "absent" ? new Uint8Array() : host.bytes(path);
  const fail = function* (error: string, fix: string): Steps<Outcome> {
    yield items.error(resource, error, fix);
    return { isDone: false, error };
  };
  if ((fact.kind !== "absent" && fact.kind !== "file") || current === undefined) {
    return yield* fail(`${path} is no readable file, must be one`, `ls -ld ${path}`);
  }
  const keyOf = (key: string) => `${path}#${key}`;
  const valueDigest = (value: string) => digestOf(new TextEncoder().encode(value));
  const isOurs = (key: string) => {
    const value = envValue(current, key);
    return value !== undefined && applied.isOurs(keyOf(key), valueDigest(value));
  };
  const changes = Object.fromEntries(
    Object.entries(wanted.keys).filter(([key, value]) => value !== undefined || isOurs(key)),
  );
  const edit = editEnvFile(current, changes);
  if (!edit.isValid) return yield* fail(`${path} ${edit.reason}`, `edit ${path}`);
  const marks = Object.entries(wanted.keys).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key: keyOf(key), digest: valueDigest(value) }]
  );
  const isRight = fact.kind === "file" && isEqual(current, edit.bytes) && fact.mode === MODE &&
    fact.uid === 0 && fact.gid === 0;
  if (isRight) {
    yield items.ok(resource, marks);
    return DONE;
  }
  // Kept beside the new ones, however many writes failed since: they are what is there.
  const stillOurs = Object.keys(wanted.keys).filter(isOurs).map((key) => ({
    key: keyOf(key),
    digest: valueDigest(envValue(current, key) ?? ""),
  }));
  const changed = Object.keys(changes).filter((key) => envValue(current, key) !== changes[key]);
  const cause: Cause = fact.kind === "absent"
    ? "missing"
    : changed.length === 0 || changed.some((key) => applied.has(keyOf(key)) && !isOurs(key))
    ? "drift"
    : changed.every((key) => envValue(current, key) === undefined || isOurs(key))
    ? "intent"
    : "found";
  const summary = changed.length === 0
    ? `set owner and mode of ${path} to root:root ${octal(MODE)}`
    : `set ${changed.join(", ")} in ${path}`;
  return yield items.change(resource, {
    cause,
    summary,
    diff: lineDiff(shown(current, changed, secretKeys), shown(edit.bytes, changed, secretKeys)),
    action: {
      kind: "write_file",
      path,
      content: edit.bytes,
      mode: MODE,
      owner: OWNER,
      before: fact.kind === "absent" ? undefined : digestOf(current),
    },
    marks: [...stillOurs, ...marks],
  });
}

/** The keys that change, without what is secret: other lines of the file are nobody's to see. */
function shown(
  bytes: Uint8Array,
  keys: readonly string[],
  secretKeys: readonly string[],
): Uint8Array {
  const lines = keys.flatMap((key) => {
    const value = envValue(bytes, key);
    if (value === undefined) return [];
    return [`${key}=${secretKeys.includes(key) ? "(secret)" : value}`];
  });
  return new TextEncoder().encode(lines.join("\n"));
}
