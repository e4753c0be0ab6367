/**
 * Checks of one machine.
 *
 * @module
 */
import type { MachineFacts } from "./facts.ts";
import type { Check } from "./finding.ts";

/** One kind of thing that is looked at on a machine. */
export type MachineCheck = Check<MachineFacts>;
