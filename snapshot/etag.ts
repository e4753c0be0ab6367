/**
 * Entity tags of snapshots: strong, and made from the bytes alone, so that the same snapshot has
 * the same tag after a restart and on the copy that a client holds (RFC 9110, section 8.8.3).
 *
 * @module
 */
import { createHash } from "node:crypto";

/**
 * The tag of some bytes: their SHA-256 in hexadecimal, in quotes.
 *
 * @param bytes The whole representation.
 */
export function etagOf(bytes: Uint8Array): string {
  return `"${createHash("sha256").update(bytes).digest("hex")}"`;
}

/**
 * Whether an `If-None-Match` header names a tag. The comparison is weak, as the RFC asks for
 * reads: a proxy that recompresses an answer turns our tag into `W/"…"`.
 *
 * @param ifNoneMatch The header's value, or `undefined` where there is none.
 * @param etag The current tag.
 */
export function isTagKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return ifNoneMatch.matchAll(/"[^"]*"/g).some(([tag]) => tag === etag);
}
