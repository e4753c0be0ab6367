/**
 * What is wrong with a file a person wrote: where it is, what stands there, what must.
 *
 * @module
 */

/** One fault, at one place. */
export interface TextFault {
  /** The keys that lead there, from the file's root; empty for the text itself. */
  readonly path: readonly string[];
  /** What is wrong, such as `is "amdin", must be one of "admin", "power-user"`. */
  readonly message: string;
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1, in UTF-16 units. */
  readonly column: number;
  /** What was probably meant. */
  readonly suggestion?: string;
}

/**
 * The fault as part of a sentence.
 *
 * @example A misspelt word
 * ```ts
 * import { faultText } from "./text_fault.ts";
 *
 * const text = faultText({ path: ["a", "b"], message: 'is "x", must be "y"', line: 2, column: 4 });
 * console.assert(text === 'a.b is "x", must be "y" (line 2, column 4)');
 * ```
 */
export function faultText({ path, message, line, column }: TextFault): string {
  return `${pathText(path)} ${message} (line ${line}, column ${column})`;
}

/** Keys joined by dots; a key that is no plain word stands in quotes. */
export function pathText(path: readonly string[]): string {
  if (path.length === 0) return "the text";
  return path.map((key) => /^[\w-]+$/.test(key) ? key : quote(key)).join(".");
}

/**
 * A value as it may be shown in one line on a terminal: quoted, cut, nothing in it acts.
 *
 * @param value What a file held.
 */
export function shownValue(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "a map" : String(value);
}

/** In quotes, at most 60 characters, with everything that is not plain text escaped. */
function quote(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(cut).replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
