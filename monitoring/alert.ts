/**
 * What an alert is, before it is a rule of Prometheus.
 *
 * @module
 */

/** How soon somebody should look: at once, today, or never because it is a sign of life. */
export type AlertSeverity = "critical" | "warning" | "none";

/** One alert; its page is `docs/runbooks/<name>.md`. */
export interface Alert {
  /** Its name. */
  readonly name: string;
  /** PromQL; every series of the answer fires. */
  readonly expr: string;
  /** How long the answer must last, in seconds. */
  readonly forSeconds: number;
  /** How soon somebody should look. */
  readonly severity: AlertSeverity;
  /** One sentence, which may have Prometheus templates. */
  readonly summary: string;
}

/** Alerts about one part of the system. */
export interface AlertGroup {
  /** Its name. */
  readonly name: string;
  /** Whether only a cluster has what its expressions ask for. */
  readonly isOfCluster?: boolean;
  /** Its alerts. */
  readonly alerts: readonly Alert[];
}
