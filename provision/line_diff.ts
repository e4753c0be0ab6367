/**
 * The lines that differ between two texts, for a person to read before they are written.
 *
 * @module
 */

/** More lines than these are counted instead of shown. */
const SHOWN = 20;

/**
 * Lines taken away (`-`) and added (`+`), between what both begin and end with.
 *
 * @param before The content that is there.
 * @param after The content that would be there.
 * @returns At most {@linkcode SHOWN} lines; what is no text shows as its size.
 */
export function lineDiff(before: Uint8Array, after: Uint8Array): readonly string[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  if (old === undefined || now === undefined) {
    return [`- ${before.length} bytes`, `+ ${after.length} bytes`];
  }
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (
    end < old.length - start && end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  ) end++;
  const lines = [
    ...old.slice(start, old.length - end).map((line) => `- ${line}`),
    ...now.slice(start, now.length - end).map((line) => `+ ${line}`),
  ];
  if (lines.length <= SHOWN) return lines;
  return [...lines.slice(0, SHOWN), `… and ${lines.length - SHOWN} more lines`];
}

function linesOf(bytes: Uint8Array): readonly string[] | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // deno-lint-ignore no-control-regex -- they would act on the terminal
    const shown = text.replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, "?");
    return shown === "" ? [] : shown.replace(/\n$/, "").split("\n");
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
