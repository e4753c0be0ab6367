/**
 * Mode and owner of one file or directory that is there; what is in it is not looked at.
 *
 * @module
 */
import { octal, type PlanContext } from "../file_step.ts";
import { DONE, type Outcome, type Steps } from "../item.ts";

/** Who may do what with what stands at a path. */
export interface WantedAccess {
  /** Where. */
  readonly path: string;
  /** Permission bits, with set-id bits. */
  readonly mode: number;
  /** Names of owner and group. @default {root} */
  readonly owner?: { readonly user: string; readonly group: string };
}

/** Owner and group where nothing else is said. */
export const ROOT = { user: "root", group: "root" } as const;

/**
 * Plans both, the owner first: chown takes set-id bits away.
 *
 * @param context The scope.
 * @param wanted What is true afterwards.
 * @param resource What the report calls it. @default {"file PATH"}
 */
export function* accessStep(
  { host, items }: PlanContext,
  { path, mode, owner = ROOT }: WantedAccess,
  resource: string = `file ${path}`,
): Steps<Outcome> {
  const fact = host.file(path);
  if (fact.kind !== "file" && fact.kind !== "directory") return DONE;
  const isOwned = fact.uid === host.account(owner.user)?.uid &&
    fact.gid === host.group(owner.group)?.gid;
  if (isOwned && fact.mode === mode) {
    yield items.ok(resource);
    return DONE;
  }
  if (!isOwned) {
    const given = yield items.change(resource, {
      cause: "drift",
      summary: `give ${path} to ${owner.user}:${owner.group}`,
      action: { kind: "change_owner", path, owner },
    });
    if (!given.isDone) return given;
  }
  const now = host.file(path);
  if ("mode" in now && now.mode === mode) return DONE;
  return yield items.change(resource, {
    cause: "drift",
    summary: `set the mode of ${path} to ${octal(mode)}`,
    action: { kind: "change_mode", path, mode },
  });
}
