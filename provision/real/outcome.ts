/**
 * What came of an action, from what the operating system said of it.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { Outcome } from "../item.ts";

/** The outcome of what did not work. */
export function failed(error: string): Outcome {
  return { isDone: false, error };
}

/**
 * The outcome of an act; what the operating system refuses is a failed one.
 *
 * @param what What was tried, to follow "Cannot".
 * @param act The act.
 * @throws Whatever else it throws: that is a mistake of ours.
 */
export async function attempt(what: string, act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // What follows the number is the call and its path, often a temporary one.
    return failed(`Cannot ${what}: ${errorText(error).replace(/ \(os error \d+\).*$/s, "")}`);
  }
}

/** Whether it is the operating system's answer: its errors carry their code, such as `ENOSPC`. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && !(error instanceof Deno.errors.NotCapable) &&
    "code" in error && typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code);
}
