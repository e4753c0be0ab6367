/**
 * Every check of a machine, in the order in which a person mends things: what others stand on comes
 * first.
 *
 * @module
 */
import type { MachineCheck } from "../machine_check.ts";
import { CLOCK } from "./clock.ts";
import { DISKS } from "./disks.ts";
import { DRIFT } from "./drift.ts";
import { PORTS } from "./ports.ts";
import { PROGRAMS } from "./programs.ts";
import { SANDBOX } from "./sandbox.ts";
import { SECRETS } from "./secrets.ts";
import { SNAPSHOT } from "./snapshot.ts";
import { UNITS } from "./units.ts";
import { UPDATES } from "./updates.ts";
import { WIRING } from "./wiring.ts";

/** The checks. */
export const ALL_CHECKS: readonly MachineCheck[] = [
  PROGRAMS,
  SANDBOX,
  DISKS,
  SECRETS,
  PORTS,
  DRIFT,
  UNITS,
  SNAPSHOT,
  CLOCK,
  WIRING,
  UPDATES,
];
