/**
 * A value that must not be shown: a token, a password, a cookie.
 *
 * @module
 */

const HIDDEN = "[secret]";

/**
 * Wraps a secret so that printing, logging or serialising it shows `[secret]`.
 * Only {@linkcode Secret.reveal} gives the value back.
 *
 * @example Printing a secret
 * ```ts
 * import { Secret } from "./secret.ts";
 *
 * const token = new Secret("s3cret");
 * console.assert(`${token}` === "[secret]");
 * console.assert(JSON.stringify({ token }) === '{"token":"[secret]"}');
 * ```
 */
export class Secret {
  readonly #value: string;

  /**
   * Hides a text.
   *
   * @param value The text to hide.
   */
  constructor(value: string) {
    this.#value = value;
  }

  /** The hidden text. Call it where the value leaves the process, never to print it. */
  reveal(): string {
    return this.#value;
  }

  /** Always `[secret]`. */
  toString(): string {
    return HIDDEN;
  }

  /** Always `[secret]`. */
  toJSON(): string {
    return HIDDEN;
  }

  /** Always `[secret]`, for `console.log` and `Deno.inspect`. */
  [Symbol.for("Deno.customInspect")](): string {
    return HIDDEN;
  }

  /** Always `[secret]`, for `util.inspect` of Node packages. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return HIDDEN;
  }
}
