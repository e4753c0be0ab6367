/**
 * Why a file could not be read, for the end of a sentence that names it.
 *
 * @module
 */
import { errorText } from "./error_text.ts";

/**
 * What a person can act on, where the runtime's own words would not tell.
 *
 * @param error What reading threw.
 * @param path The file.
 */
export function readTrouble(error: unknown, path: string): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) {
    return `the permission set does not allow it, pass --allow-read=${path}`;
  }
  return errorText(error);
}
