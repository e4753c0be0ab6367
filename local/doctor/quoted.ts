/**
 * A word of a command line that a person may paste into a shell.
 *
 * @module
 */

/** The word, in quotes where a shell would read it otherwise. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
