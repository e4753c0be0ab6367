/**
 * The bearer token as text: what stands in a file or a variable, and what may travel in an
 * `Authorization` header (RFC 6750).
 *
 * @module
 */
import { Secret } from "../core/secret.ts";

/** A text that is no token; the message never repeats it. */
export class BearerTokenError extends SyntaxError {
  /**
   * Says what is wrong.
   *
   * @param reason As in "it is empty".
   */
  constructor(reason: string) {
    super(reason);
    this.name = "BearerTokenError";
  }
}

/**
 * The token in a text. Newlines at the end do not count, since editors and `echo` leave one.
 *
 * @param text What the file or variable holds.
 * @throws {BearerTokenError} When it is empty or cannot stand in a header.
 */
export function parseBearerToken(text: string): Secret {
  const token = text.replace(/[\r\n]+$/, "");
  if (token === "") throw new BearerTokenError("it is empty");
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new BearerTokenError("it must be one word of visible ASCII characters");
  }
  return new Secret(token);
}
