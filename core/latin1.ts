/**
 * Bytes as text and back, one character a byte.
 *
 * HTTP heads are bytes. As Latin-1 text they can be searched and cut like text and still come
 * out byte for byte; `TextDecoder` cannot do this, its "latin1" is Windows-1252.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** A text with one character for each byte. */
export function latin1FromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The bytes of such a text. A character above U+00FF loses its upper bits. */
export function bytesFromLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}
