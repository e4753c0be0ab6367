/**
 * A token that nobody can guess.
 *
 * @module
 */
import { Secret } from "../../core/secret.ts";

/** Makes one, of 32 random bytes: a word that fits in a header, a URL and a shell. */
export function makeToken(): Secret {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return new Secret(bytes.toBase64({ alphabet: "base64url", omitPadding: true }));
}
