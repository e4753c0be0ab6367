/**
 * Compares what somebody shows with a secret.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import type { Secret } from "./secret.ts";

/** Whether two texts are equal, in a time that tells nothing of where they differ. */
export function isSameSecret(shown: string, secret: Secret): boolean {
  const digest = (text: string) => createHash("sha256").update(Buffer.from(text, "utf8")).digest();
  return timingSafeEqual(digest(shown), digest(secret.reveal()));
}
