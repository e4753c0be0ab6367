/**
 * Checks of one machine.
 *
 * @module
 */
import type { MachineFacts } from "./facts.ts";
import type { Check } from "./finding.ts";

/** One kind of thing that is looked at on a machine. */
export type MachineCheck = Check<MachineFacts>;

/** Why what only a machine with users has is not looked at. */
export const NO_BOX = "this is no dev box: one person's machine has none of it";
