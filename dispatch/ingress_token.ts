/**
 * The token that the ingress shows.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import { Secret } from "../core/secret.ts";

/** Where it may be. */
export interface IngressTokenPlaces {
  /** A file that must be there, where one is named. */
  readonly file: string | undefined;
  /** A directory of credentials, which may hold it. */
  readonly credentials: string | undefined;
}

/**
 * Reads the token.
 *
 * @returns `undefined` where none is set up.
 * @throws {Fault} With code `config`, when a file that is named cannot be read or holds no token.
 */
export async function readIngressToken(places: IngressTokenPlaces): Promise<Secret | undefined> {
  const { file, credentials } = places;
  const path = file ?? (credentials === undefined ? undefined : `${credentials}/ingress-token`);
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = (await Deno.readTextFile(path)).trim();
  } catch (error) {
    if (file === undefined && error instanceof Deno.errors.NotFound) return undefined;
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
