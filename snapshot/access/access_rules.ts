/**
 * Who may have what: the content of an access file, once it is known to be valid.
 *
 * ```yaml
 * subjects:
 *   alice:
 *     tokens:
 *       - sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
 *     sites: [example.com, app.example.org]
 *     deny: [admin.example.com]
 *     expires: 2027-01-31
 *     no_session_cookies: true
 * ```
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Grant } from "./grant.ts";

/** Somebody who shows a token of their own. */
export interface Subject {
  /** The name in the file. */
  readonly name: string;
  /** SHA-256 of each token that is theirs now, 32 bytes. */
  readonly digests: readonly Uint8Array[];
  /** What they may have. */
  readonly grant: Grant;
  /** From when on they may have nothing, in milliseconds since the epoch. */
  readonly expiresMs?: number;
}

/** The rules of one access file. */
export interface AccessRules {
  /** Everybody it names. */
  readonly subjects: readonly Subject[];
}

/** What a token is compared by. */
export function tokenDigest(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}

/**
 * The subject whose token has a digest. Every digest is compared, all bytes of it, so that the
 * time taken tells nothing of how near a guess was.
 *
 * @param rules Whom to look among.
 * @param digest From {@linkcode tokenDigest}.
 * @param nowMs Milliseconds since the epoch; who has expired is not found.
 */
export function findSubject(
  rules: AccessRules,
  digest: Uint8Array,
  nowMs: number,
): Subject | undefined {
  let found: Subject | undefined;
  for (const subject of rules.subjects) {
    for (const known of subject.digests) if (timingSafeEqual(known, digest)) found = subject;
  }
  return found === undefined || nowMs >= (found.expiresMs ?? Infinity) ? undefined : found;
}
