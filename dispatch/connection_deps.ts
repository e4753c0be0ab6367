/**
 * What a connection needs of the program.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { DispatchMetrics } from "./dispatch_metrics.ts";
import type { IdentityRules } from "./identity.ts";
import type { InstanceHealth } from "./instance_health.ts";
import type { InstancePool } from "./instance_pool.ts";
import type { RoutingTable } from "./routing_table.ts";
import type { SignInDeps } from "./sign_in.ts";

/** What every connection needs. */
export interface ConnectionDeps {
  /** Whom to believe. */
  readonly identity: IdentityRules;
  /** The table as it is now. */
  readonly table: () => RoutingTable;
  /** Signs people in. */
  readonly signIn: SignInDeps;
  /** The connections to instances. */
  readonly pool: InstancePool;
  /** Which instances do not answer. */
  readonly health: InstanceHealth;
  /** The name of each instance's cookie, as far as it was told. */
  readonly cookieNames: Map<number, string>;
  /** How long a head may take, in milliseconds. */
  readonly headTimeoutMs: number;
  /** How long a connection may be idle, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** How long a client may take to take its last bytes and leave, in milliseconds. */
  readonly lingerMs: number;
  /** The figures. */
  readonly metrics: DispatchMetrics;
  /** The time. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Logger;
  /** Aborted when the program stops. */
  readonly signal: AbortSignal;
}
