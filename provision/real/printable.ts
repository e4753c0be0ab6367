/**
 * Text of a program or a file that a person may see on a terminal.
 *
 * @module
 */

/**
 * The text with each character a terminal would act on replaced by `?`.
 *
 * @param text One line.
 */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return text.replaceAll(/[\0-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, "?");
}
