/**
 * Every check, in the order in which a person mends things: what others stand on comes first.
 *
 * @module
 */
import type { Check } from "../finding.ts";
import { CLOCK } from "./clock.ts";
import { DISKS } from "./disks.ts";
import { DRIFT } from "./drift.ts";
import { PORTS } from "./ports.ts";
import { PROGRAMS } from "./programs.ts";
import { SANDBOX } from "./sandbox.ts";
import { SECRETS } from "./secrets.ts";
import { SNAPSHOT } from "./snapshot.ts";
import { UNITS } from "./units.ts";
import { WIRING } from "./wiring.ts";

/** The checks. */
export const ALL_CHECKS: readonly Check[] = [
  PROGRAMS,
  SANDBOX,
  DISKS,
  SECRETS,
  PORTS,
  UNITS,
  SNAPSHOT,
  CLOCK,
  WIRING,
  DRIFT,
];
