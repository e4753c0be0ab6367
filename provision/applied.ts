/**
 * What was put on the machine by us, so that drift can be told from intent and a user's own file
 * from ours.
 *
 * One record per scope: a key (a path, or `path#key` for one line of a file that others write too)
 * and digests of what we put there. A digest is recorded before the write it stands for, beside the
 * one before it: a run that is killed in between leaves a content that is known either way.
 *
 * @module
 */

/** The record of one scope, while it is planned or applied. */
export interface AppliedScope {
  /** Whether anything was ever put there by us. */
  has(key: string): boolean;
  /** Whether what is there now is what we put there. */
  isOurs(key: string, digest: string): boolean;
  /** The digest of what we put there last. */
  newest(key: string): string | undefined;
}

/** Digests by key, the newest first; as kept on disk. */
export type AppliedRecord = Readonly<Record<string, readonly string[]>>;

/** How many digests a key keeps: the one being written, and the one it replaces. */
const KEPT = 2;

/** Answers from a record. */
export function appliedScope(record: () => AppliedRecord): AppliedScope {
  const digests = (key: string) => Object.hasOwn(record(), key) ? record()[key] ?? [] : [];
  return {
    has: (key) => Object.hasOwn(record(), key),
    isOurs: (key, digest) => digests(key).includes(digest),
    newest: (key) => digests(key)[0],
  };
}

/**
 * The record with a digest as the newest of its key.
 *
 * @returns The same record where nothing changes.
 */
export function withDigest(record: AppliedRecord, key: string, digest: string): AppliedRecord {
  const known = Object.hasOwn(record, key) ? record[key] ?? [] : [];
  if (known[0] === digest) return record;
  return { ...record, [key]: [digest, ...known.filter((one) => one !== digest)].slice(0, KEPT) };
}
