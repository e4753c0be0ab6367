/**
 * The digest of the token in an `Authorization` header, which is all that is ever compared.
 *
 * The same few headers come again and again, and hashing one takes a tenth of an answer's time: the
 * digests of the latest are kept. That tells nobody anything, since it depends on what was shown
 * and not on what is right.
 *
 * @module
 */
import { tokenDigest } from "../access/access_rules.ts";

const MOST = 1_000;

/** The SHA-256 of a header's bearer token (RFC 6750, section 2.1), or `undefined` without one. */
export type BearerDigest = (authorization: string | null | undefined) => Uint8Array | undefined;

/** Makes a function that remembers the latest thousand digests. */
export function createBearerDigest(): BearerDigest {
  const known = new Map<string, Uint8Array>();
  return (authorization) => {
    if (authorization === null || authorization === undefined) return undefined;
    const found = known.get(authorization);
    if (found !== undefined) return found;
    const token = /^bearer +([^ ]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) return undefined;
    const digest = tokenDigest(token);
    if (known.size >= MOST) known.clear();
    known.set(authorization, digest);
    return digest;
  };
}
