/**
 * The effects the parts of the browser are given.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { Machine } from "./machine.ts";

/** Machine, time and log, handed down from the root program. */
export interface BrowserDeps {
  /** Questions to the machine. */
  readonly machine: Machine;
  /** Time. */
  readonly clock: Clock;
  /** Log. */
  readonly log: Logger;
}
