/**
 * What a program printed, as a person may see it on a terminal.
 *
 * @module
 */

/** The longest line that is shown. */
const SHOWN_LENGTH = 300;

/** What the programs run here begin a message with; the shell tells its line, too. */
const NAME =
  /^(?:\/\S*\/)?(?:cat|chage|chmod|chown|cp|env|find|gpasswd|group(?:add|mod)|ln|mkdir|mv|setpriv|sh|sync|timeout|user(?:add|mod)): (?:\d+: )?/;

/**
 * The text with each character a terminal would act on replaced by `?`.
 *
 * @param text One line.
 */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return text.replaceAll(/[\0-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, "?");
}

/**
 * The last line that says something, fit for a sentence; `undefined` where there is none.
 *
 * @param text What a program printed. Its own name before what it says is left out.
 * @param count How many lines, the last ones: some tools tell the cause before they give up.
 */
export function lastLine(text: string, count = 1): string | undefined {
  const lines = text.split("\n").map((line) => printable(line).trim()).filter((line) =>
    line !== ""
  );
  if (lines.length === 0) return undefined;
  const said = lines.slice(-count).map((line) => line.replace(NAME, "").replace(/\.$/, ""));
  return said.join("; ").slice(0, SHOWN_LENGTH);
}
