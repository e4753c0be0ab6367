/**
 * Text as one word of a POSIX shell.
 *
 * @module
 */

/**
 * Quotes a text so that a shell reads exactly it, as one word.
 *
 * @param text Any text without a NUL, which no argument can hold.
 */
export function shellQuote(text: string): string {
  if (text.includes("\0")) throw new RangeError("Cannot quote a text for a shell: it holds a NUL");
  return /^[\w%+./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
