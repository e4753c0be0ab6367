/**
 * The token by which the ingress before the status page proves that it is itself.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";
import { Secret } from "../../core/secret.ts";

/**
 * Reads it.
 *
 * @param path The file; none where no token is wanted.
 * @throws {Fault} With code `config`, when it cannot be read or holds no token.
 * @throws {Deno.errors.NotCapable} When the program's permissions do not cover the path.
 */
export async function readIngressToken(path: string | undefined): Promise<Secret | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = (await Deno.readTextFile(path)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new Fault(`Cannot read the token of the ingress "${path}": ${errorText(error)}`, {
      code: "config",
      cause: error,
    });
  }
  if (/^[\x21-\x7e]{16,}$/.test(text)) return new Secret(text);
  throw new Fault(
    `Cannot use the token of the ingress "${path}": must be one word of at least 16 characters`,
    { code: "config" },
  );
}
