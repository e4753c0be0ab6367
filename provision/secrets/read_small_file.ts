/**
 * A secret in a file of the machine.
 *
 * @module
 */
import { Secret } from "../../core/secret.ts";
import type { SecretResult } from "./secret_result.ts";

const LARGEST_BYTES = 1024 * 1024;

/**
 * Reads a file; one newline at its end is not part of the secret.
 *
 * @param path Where.
 */
export async function readSmallFile(path: string): Promise<SecretResult> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) return { kind: "refused", why: `"${path}" is no file` };
    if (size > LARGEST_BYTES) {
      return { kind: "refused", why: `"${path}" has ${size} bytes, must be a secret` };
    }
    const bytes = await Deno.readFile(path);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
    if (text.trim() === "") return { kind: "absent", why: `"${path}" is empty` };
    return { kind: "value", secret: new Secret(text) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { kind: "absent", why: `there is no "${path}"` };
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      return { kind: "refused", why: `"${path}" may not be read` };
    }
    if (error instanceof TypeError) return { kind: "refused", why: `"${path}" is no text` };
    throw error;
  }
}
