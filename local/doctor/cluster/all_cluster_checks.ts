/**
 * Every check of a cluster; what others stand on comes first.
 *
 * @module
 */
import { ACCESS } from "./access.ts";
import type { ClusterCheck } from "./cluster_check.ts";
import { EVENTS } from "./events.ts";
import { POLICY, SERVICE_CHECK } from "./exposure.ts";
import { JOBS } from "./jobs.ts";
import { PODS } from "./pods.ts";
import { TOKENS } from "./tokens.ts";
import { VOLUMES } from "./volumes.ts";
import { WORKLOAD } from "./workload.ts";

/** The checks. */
export const ALL_CLUSTER_CHECKS: readonly ClusterCheck[] = [
  ACCESS,
  TOKENS,
  VOLUMES,
  WORKLOAD,
  PODS,
  SERVICE_CHECK,
  POLICY,
  JOBS,
  EVENTS,
];
