/**
 * What both kinds of harvest work with.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import type { HealthRegistry } from "../../core/health.ts";
import type { Logger } from "../../core/log.ts";
import type { Generations } from "../generations.ts";
import type { GuardOptions } from "./publish.ts";

/** What harvesting works with. */
export interface HarvestOptions {
  /** The browser's DevTools address. */
  cdpUrl: URL;
  /** Chromium's user data directory; only read. */
  profileDir: string;
  /** Where generations go. */
  generations: Generations;
  /** What may not be published. */
  guard: GuardOptions;
  /** Time. */
  clock: Clock;
  /** Events. */
  log: Logger;
  /** Where a watching harvester says that it cannot harvest or may not publish. */
  health: HealthRegistry;
  /** Told whenever a watching harvester saw that what is published is what the browser has. */
  onCurrent?: () => void;
}
