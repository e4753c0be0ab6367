/**
 * One directory of the machine: there, with its mode and owner.
 *
 * @module
 */
import { octal, type PlanContext } from "../file_step.ts";
import { DONE, type Outcome, type Steps } from "../item.ts";

/** A directory that should be. */
export interface WantedDirectory {
  /** Where; its parent exists. */
  readonly path: string;
  /** Permission bits, with set-id bits. */
  readonly mode: number;
  /** Names of owner and group. @default {root} */
  readonly owner?: { readonly user: string; readonly group: string };
}

const ROOT = { user: "root", group: "root" };

/**
 * Plans one directory. What is in it stays as it is.
 *
 * @returns Whether the directory is as wanted afterwards.
 */
export function* directoryStep(context: PlanContext, wanted: WantedDirectory): Steps<Outcome> {
  const { host, items } = context;
  const { path, mode, owner = ROOT } = wanted;
  const resource = `directory ${path}`;
  const fact = host.file(path);
  if (fact.kind === "absent") {
    return yield items.change(resource, {
      cause: "missing",
      summary: `make ${path}`,
      action: { kind: "make_directory", path, mode, owner },
    });
  }
  if (fact.kind !== "directory") {
    const error = `${path} is no directory, must be one`;
    yield items.error(resource, error, `look at it, then move it away: ls -ld ${path}`);
    return { isDone: false, error };
  }
  let outcome: Outcome = DONE;
  const uid = host.account(owner.user)?.uid;
  const gid = host.group(owner.group)?.gid;
  // The owner first: chown takes set-id bits away.
  if (fact.uid !== uid || fact.gid !== gid) {
    outcome = yield items.change(resource, {
      cause: "drift",
      summary: `give ${path} to ${owner.user}:${owner.group}`,
      action: { kind: "change_owner", path, owner },
    });
    if (!outcome.isDone) return outcome;
  }
  const now = host.file(path);
  if (now.kind === "directory" && now.mode !== mode) {
    return yield items.change(resource, {
      cause: "drift",
      summary: `set the mode of ${path} to ${octal(mode)}`,
      action: { kind: "change_mode", path, mode },
    });
  }
  if (fact.uid === uid && fact.gid === gid) yield items.ok(resource);
  return outcome;
}
