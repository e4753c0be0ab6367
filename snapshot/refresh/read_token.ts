/**
 * The user's bearer token, read from its file at every attempt, so that a rotated one is used at
 * once.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { Secret } from "../../core/secret.ts";
import { parseBearerToken } from "../bearer_token.ts";
import { RefreshFault } from "./refresh_fault.ts";

/**
 * Reads the token.
 *
 * @param path The file.
 * @throws {RefreshFault} With reason `token` when there is none to use.
 */
export async function readToken(path: string): Promise<Secret> {
  try {
    return parseBearerToken(await Deno.readTextFile(path));
  } catch (error) {
    const [why, what] = error instanceof Deno.errors.NotFound
      ? ["there is no such file", "ask the admin for a token and put it there with mode 0600"]
      : error instanceof SyntaxError
      ? [error.message, "write the token there, alone on its line"]
      : [errorText(error), "make the file readable for the user that runs refresh"];
    throw new RefreshFault("token", `Cannot read the token "${path}": ${why}; ${what}`, {
      cause: error,
    });
  }
}
