/**
 * Carries out actions on the machine it is on: a program for inside a box.
 *
 * Reads a JSON array of actions, contents as text, and prints a JSON array of outcomes.
 *
 * @module
 */
import { systemClock } from "../../../core/clock.ts";
import type { Outcome } from "../../../provision/item.ts";
import { realMachine } from "../../../provision/real/real_machine.ts";
import { noPerformers } from "../../support/no_performers.ts";

const machine = realMachine({ clock: systemClock, performers: noPerformers });
const outcomes: Outcome[] = [];
for (const action of JSON.parse(await new Response(Deno.stdin.readable).text())) {
  if ("content" in action) action.content = new TextEncoder().encode(action.content);
  outcomes.push(await machine.perform(action));
}
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(outcomes)));
