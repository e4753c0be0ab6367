/**
 * A token that stands in a file: one word, long enough that nobody guesses it.
 *
 * @module
 */
import { Fault } from "./fault.ts";
import { readTrouble } from "./read_trouble.ts";
import { Secret } from "./secret.ts";

/** Whether a text may be a token: what fits in a header, at least 16 characters of it. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{16,}$/.test(text);
}

/**
 * Reads one.
 *
 * @param path The file; white space around the token does not count.
 * @param name What the sentence calls it, such as `the token of the ingress`.
 * @throws {Fault} With code `config`, when it cannot be read or holds no token. Its cause is a
 *   `NotFound` where there is no file.
 */
export async function readTokenFile(path: string, name: string): Promise<Secret> {
  let text: string;
  try {
    text = (await Deno.readTextFile(path)).trim();
  } catch (error) {
    throw new Fault(`Cannot read ${name} "${path}": ${readTrouble(error, path)}`, {
      code: "config",
      cause: error,
    });
  }
  if (isToken(text)) return new Secret(text);
  throw new Fault(`Cannot use ${name} "${path}": must be one word of at least 16 characters`, {
    code: "config",
  });
}
