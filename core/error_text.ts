/**
 * One line of text from anything that was thrown.
 *
 * @module
 */

/**
 * The message of a thrown value on one line, without a stack.
 *
 * @param error Anything that was thrown or rejected.
 * @returns The message; the name where there is no message; else the value as text.
 */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s*\n\s*/g, "; ").trim();
}
