/**
 * The token that the ingress shows.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import type { Secret } from "../core/secret.ts";
import { readTokenFile } from "../core/token_file.ts";

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
  try {
    return await readTokenFile(path, "the token of the ingress");
  } catch (error) {
    const isNone = error instanceof Fault && error.cause instanceof Deno.errors.NotFound;
    if (file === undefined && isNone) return undefined;
    throw error;
  }
}
