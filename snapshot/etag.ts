/**
 * Entity tags of snapshots: strong, and made from the bytes alone, so that the same snapshot has
 * the same tag after a restart and on the copy that a client holds (RFC 9110, section 8.8.3).
 *
 * A compressed body has other bytes and so a tag of its own: that of the plain bytes with the
 * coding's name after it. A client that knows one of them knows the content.
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
 * The tag of an `If-None-Match` header that names some content, in whichever coding. The
 * comparison is weak, as the RFC asks for reads: a proxy that recompresses an answer turns our tag
 * into `W/"…"`.
 *
 * @param ifNoneMatch The header's value, or nothing where there is none.
 * @param etag The tag of the plain bytes.
 * @returns The tag that was named, for the answer; `etag` where the header is `*`.
 */
export function knownTag(ifNoneMatch: string | null | undefined, etag: string): string | undefined {
  if (ifNoneMatch === undefined || ifNoneMatch === null) return undefined;
  // The usual case, without a search.
  if (ifNoneMatch === etag) return etag;
  if (ifNoneMatch.trim() === "*") return etag;
  for (const [tag] of ifNoneMatch.matchAll(/"[^"]*"/g)) {
    if (tag === etag || tag.replace(/-(?:zstd|br|gzip)"$/, '"') === etag) return tag;
  }
  return undefined;
}

/**
 * Whether an `If-None-Match` header names some content.
 *
 * @param ifNoneMatch The header's value, or `undefined` where there is none.
 * @param etag The tag of the plain bytes.
 */
export function isTagKnown(ifNoneMatch: string | null | undefined, etag: string): boolean {
  return knownTag(ifNoneMatch, etag) !== undefined;
}
