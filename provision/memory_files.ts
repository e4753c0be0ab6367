/**
 * The files of a machine in memory, and who may do what with them.
 *
 * @module
 */
import type { FileAction } from "./action.ts";
import { contentBytes, digestOf } from "./digest.ts";
import type { AccountFact, GroupFact } from "./host_view.ts";
import { DONE, type Outcome } from "./item.ts";

/** What stands at a path, with its bytes. */
export type MemoryEntry =
  | { kind: "file"; mode: number; uid: number; gid: number; bytes: Uint8Array }
  | { kind: "directory"; mode: number; uid: number; gid: number }
  | { kind: "link"; target: string; uid: number }
  | { kind: "other" };

/** What an action on a file changes and depends on. */
export interface MemoryState {
  /** What stands where, by absolute path. */
  readonly files: Map<string, MemoryEntry>;
  /** Accounts by name. */
  readonly accounts: Map<string, AccountFact>;
  /** Groups by name. */
  readonly groups: Map<string, GroupFact>;
}

/** Accounts below are the machine's own. */
const FIRST_USER_ID = 1_000;

/** Carries out an action on a file, or says why not. */
export function performInMemory(action: FileAction, state: MemoryState): Outcome {
  const { path } = action;
  const user = ("as" in action ? action.as : undefined) ?? userAbove(state, path);
  const refusal = user === undefined
    ? refusalOfRoot(action, state)
    : refusalOfUser(action, state, user);
  if (refusal !== undefined) return failed(`cannot ${action.kind} ${path}: ${refusal}`);
  const account = user === undefined ? undefined : state.accounts.get(user);
  const entry = state.files.get(path);
  switch (action.kind) {
    case "link":
      state.files.set(path, { kind: "link", target: action.target, uid: 0 });
      return DONE;
    case "change_mode":
      if (entry !== undefined) {
        state.files.set(path, { ...entry, mode: action.mode } as MemoryEntry);
      }
      return DONE;
  }
  const { uid, gid } = account ?? idsOf(action.owner, state) ?? { uid: -1, gid: -1 };
  if (action.kind === "change_owner") {
    state.files.set(path, { ...entry, uid, gid } as MemoryEntry);
    return DONE;
  }
  if (account !== undefined) makeParents(state, path, account);
  const { mode } = action;
  state.files.set(
    path,
    action.kind === "make_directory"
      ? { kind: "directory", mode, uid, gid }
      : { kind: "file", mode, uid, gid, bytes: contentBytes(action.content) },
  );
  return DONE;
}

/** What keeps anyone from it: what stands there is not what the action is about. */
function refusalOfEntry(action: FileAction, { files }: MemoryState): string | undefined {
  const entry = files.get(action.path);
  switch (action.kind) {
    case "change_mode":
    case "change_owner":
      return entry?.kind === "file" || entry?.kind === "directory" ? undefined : "it is no file";
    case "link":
      return entry === undefined || entry.kind === "link" ? undefined : "it is no link";
    case "make_directory":
      return entry === undefined ? undefined : "it is there";
    case "write_file": {
      const before = entry?.kind === "file" ? digestOf(entry.bytes) : undefined;
      const isPlanned = before === action.before && (entry === undefined || before !== undefined);
      return isPlanned ? undefined : "it changed since it was planned";
    }
  }
}

function refusalOfRoot(action: FileAction, state: MemoryState): string | undefined {
  const { path } = action;
  if (path.startsWith("/home/") && parentOf(path) !== "/home") return "it is in nobody's home";
  if (state.files.get(parentOf(path))?.kind !== "directory") return "there is no directory for it";
  if ("owner" in action && idsOf(action.owner, state) === undefined) {
    return "there is no such owner";
  }
  return refusalOfEntry(action, state);
}

function refusalOfUser(action: FileAction, state: MemoryState, user: string): string | undefined {
  const account = state.accounts.get(user);
  if (account === undefined) return `there is no account "${user}"`;
  if (!action.path.startsWith(`${account.home}/`)) return `it is not below ${account.home}`;
  if (action.kind === "change_owner" || action.kind === "link") return `it is below a home`;
  if ("owner" in action && action.owner.user !== user) return `it would be ${action.owner.user}'s`;
  let at = action.kind === "change_mode" ? action.path : parentOf(action.path);
  while (!state.files.has(at)) at = parentOf(at);
  const nearest = state.files.get(at);
  if (nearest === undefined || !("mode" in nearest)) return `${at} is no directory`;
  if (action.kind !== "change_mode") {
    if (nearest.kind !== "directory") return `${at} is no directory`;
    if ((nearest.mode & 0o300) !== 0o300) return "Permission denied";
  }
  return nearest.uid === account.uid ? refusalOfEntry(action, state) : "Permission denied";
}

/** Puts a file below a home or elsewhere, with the directories on the way. */
export function putFile(
  state: MemoryState,
  path: string,
  bytes: Uint8Array,
  mode: number,
  user: string,
): Outcome {
  const account = state.accounts.get(user);
  if (account === undefined) return failed(`there is no account "${user}"`);
  makeParents(state, path, account);
  const { uid, gid } = account;
  state.files.set(path, { kind: "file", mode, uid, gid, bytes });
  return DONE;
}

function makeParents({ files }: MemoryState, path: string, { uid, gid }: AccountFact): void {
  for (let at = parentOf(path); !files.has(at); at = parentOf(at)) {
    files.set(at, { kind: "directory", mode: 0o700, uid, gid });
  }
}

/** The account whose home a path is below. */
export function userAbove({ accounts }: MemoryState, path: string): string | undefined {
  return [...accounts].find(([, { uid, home }]) =>
    uid >= FIRST_USER_ID && path.startsWith(`${home}/`)
  )?.[0];
}

function idsOf(owner: { user: string; group: string }, { accounts, groups }: MemoryState) {
  const uid = accounts.get(owner.user)?.uid;
  const gid = groups.get(owner.group)?.gid;
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** The directory a path is in. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** The outcome of what did not work. */
export function failed(error: string): Outcome {
  return { isDone: false, error };
}
