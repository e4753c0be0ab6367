/**
 * The digest that stands for a content in the record of what was applied, and in the audit log.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Secret } from "../core/secret.ts";

/** SHA-256 of a content, in hexadecimal. */
export function digestOf(content: Uint8Array | Secret): string {
  return createHash("sha256").update(contentBytes(content)).digest("hex");
}

/** The bytes of a content. */
export function contentBytes(content: Uint8Array | Secret): Uint8Array {
  return content instanceof Secret ? new TextEncoder().encode(content.reveal()) : content;
}
