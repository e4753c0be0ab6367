/**
 * Command lines that a person may paste into a shell.
 *
 * @module
 */

/** A word of a command line, in quotes where a shell would read it otherwise. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command line that only root may run, for whoever asks.
 *
 * @param uid Who asks.
 * @param line What root runs.
 */
export function asRoot(uid: number, line: string): string {
  if (uid === 0) return line;
  return /[;&|<>$`"'\\#*]/.test(line) ? `sudo sh -c ${quoted(line)}` : `sudo ${line}`;
}

/** Command lines, of which the next runs where the one before succeeded. */
export function chained(...lines: readonly (string | undefined)[]): string {
  return lines.filter((line) => line !== undefined).join(" && ");
}
