/**
 * A membership plan as edits of the roster's text.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import { appendUser, commentOutUser } from "./edit_roster.ts";
import type { MembershipPlan } from "./membership.ts";

/** The new text, and what could not be done to it. */
export interface MembershipEdit {
  /** The roster's text with every edit that could be made. */
  readonly text: string;
  /** A sentence for each edit that could not. */
  readonly failures: readonly string[];
}

/**
 * Makes the plan's edits, each on its own: one that cannot be made stops no other.
 *
 * @param text A valid roster.
 * @param plan What has to change.
 * @param date The day for the notes, such as `2026-11-21`.
 */
export function applyMembership(
  text: string,
  plan: Pick<MembershipPlan, "add" | "remove">,
  date: string,
): MembershipEdit {
  const failures: string[] = [];
  const attempt = (edit: (text: string) => string) => {
    try {
      text = edit(text);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      failures.push(errorText(error));
    }
  };
  for (const name of plan.remove) {
    attempt((text) => commentOutUser(text, name, `${date}: no longer a member of the group`));
  }
  for (const newcomer of plan.add) attempt((text) => appendUser(text, newcomer));
  return { text, failures };
}
