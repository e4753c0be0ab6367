/**
 * Runs cases of the machine contract on the machine it is on: a program for inside a box.
 *
 * @module
 */
import { systemClock } from "../../../core/clock.ts";
import { realMachine } from "../../../provision/real/real_machine.ts";
import { MACHINE_CONTRACT } from "../../support/machine_contract/machine_contract.ts";
import { noPerformers } from "../../support/no_performers.ts";

const machine = realMachine({ clock: systemClock, performers: noPerformers });
for (const { name, run } of MACHINE_CONTRACT) {
  if (name === Deno.args[0]) await run(machine);
}
