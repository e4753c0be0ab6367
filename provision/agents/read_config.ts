/**
 * Looking at a configuration in a home, where a user may have put anything.
 *
 * @module
 */
import { dirname } from "node:path/posix";
import { shownValue } from "../../core/text_fault.ts";
import { type HostView, textOf } from "../host_view.ts";
import { followLink } from "./follow_link.ts";

/**
 * No configuration that is looked into is larger: Claude keeps its history in its own. Parsed, one of
 * `[{},{},…]` takes 30 times as much, and the run that reads it, which may have 1 GB, is everybody's.
 */
export const MAX_CONFIG_BYTES: number = 4 * 1024 * 1024;

/** Whose home is looked into. */
export interface HomeOwner {
  /** The account. */
  readonly user: string;
  /** Its number. */
  readonly uid: number;
  /** Its home. */
  readonly home: string;
}

/** Whose home is looked into; `undefined` where there is no such account. */
export function homeOwner(host: HostView, user: string): HomeOwner | undefined {
  const account = host.account(user);
  return account === undefined ? undefined : { user, uid: account.uid, home: account.home };
}

/** What there is. */
export type ConfigFile =
  | { readonly kind: "absent" }
  | {
    readonly kind: "text";
    readonly text: string;
    /** Whether a link led there: a person keeps it in another place on purpose. */
    readonly isLinked: boolean;
  }
  /** Nothing that is read or changed, and why: a sentence about the file. */
  | { readonly kind: "unfit"; readonly why: string };

/**
 * Reads a configuration. A link is followed where it leads to a file of the user's own in their home.
 *
 * @param host The machine.
 * @param path The file.
 * @param owner Whose it must be.
 */
export function readConfig(host: HostView, path: string, owner: HomeOwner): ConfigFile {
  const direct = host.file(path);
  if (direct.kind === "absent") return { kind: "absent" };
  const unfit = (why: string): ConfigFile => ({ kind: "unfit", why: `${path} ${why}` });
  const { path: end, fact } = followLink(host, path);
  if (direct.kind === "link" && (fact.kind !== "file" || !end.startsWith(`${owner.home}/`))) {
    return unfit(`is a link to ${shownValue(direct.target)}, which is no file in ${owner.home}`);
  }
  if (fact.kind !== "file") {
    return unfit(`is ${fact.kind === "directory" ? "a directory" : "no regular file"}`);
  }
  if (fact.uid !== owner.uid) {
    return unfit(`belongs to number ${fact.uid}, must belong to ${owner.user}`);
  }
  const text = textOf(host, end, MAX_CONFIG_BYTES);
  if (text === undefined) return unfit("cannot be read: it is too large, or no UTF-8");
  return { kind: "text", text, isLinked: direct.kind === "link" };
}

/**
 * What keeps a user from writing a file: a directory on the way that is none, or not theirs.
 *
 * @returns A sentence; `undefined` where nothing does.
 */
export function obstacle(host: HostView, path: string, owner: HomeOwner): string | undefined {
  for (let at = dirname(path); at.startsWith(`${owner.home}/`); at = dirname(at)) {
    const { fact } = followLink(host, at);
    if (fact.kind === "absent" && host.file(at).kind === "absent") continue;
    if (fact.kind !== "directory") return `${at} is no directory`;
    if (fact.uid !== owner.uid) {
      return `${at} belongs to number ${fact.uid}, must belong to ${owner.user}`;
    }
  }
  return undefined;
}
