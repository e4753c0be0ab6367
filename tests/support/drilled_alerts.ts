/**
 * Where each alert is drilled, and what is shortened for it.
 *
 * Rules come from the same source as those that are installed; only the waiting is cut: a `for:` is
 * a second at most, and what {@linkcode HURRIED} names is seconds instead of hours and days.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ALERT_GROUPS } from "../../monitoring/alerts.ts";
import { ruleDocument, rulesYaml } from "../../monitoring/rules.ts";

/** Those that the pipeline can cause: `tests/alerts_drill_test.ts`. */
export const PIPELINE_ALERTS = [
  "ChromeServiceBrowserDown",
  "ChromeServiceBrowserWedging",
  "ChromeServiceBrowserRestarting",
  "ChromeServiceBridgeRefusals",
  "ChromeServiceSnapshotStale",
  "ChromeServiceSnapshotRefused",
  "ChromeServiceSnapshotUnusable",
  "ChromeServiceLoginExpiring",
  "ChromeServiceBackupOld",
  "ChromeServiceProfileFull",
  "HearthTargetDown",
  "HearthWatchdog",
] as const;

/** Those of a dev box, which take a booted one: `tests/devbox/alerts_drill_test.ts`. */
export const BOX_ALERTS = [
  "SnapshotRefreshFailing",
  "T3AutoUpdateStranded",
  "T3AutoUpdateRolledBack",
  "T3AutoUpdateStale",
  "T3AutoUpdateSilent",
  "T3AutoUpdateFrozen",
  "T3AutoUpdateWaiting",
  "T3BackupOld",
  "T3ProvisionFailing",
  "T3ProvisionSilent",
] as const;

/** An alert of the pipeline. */
export type PipelineAlert = typeof PIPELINE_ALERTS[number];
/** An alert of a dev box. */
export type BoxAlert = typeof BOX_ALERTS[number];

/** What is shortened in expressions, besides `for:`. */
const HURRIED: Readonly<Record<string, readonly [from: string, to: string]>> = {
  ChromeServiceBrowserWedging: ["[1h]) > 3", "[15s]) > 0"],
  ChromeServiceBrowserRestarting: ["[15m])) > 3", "[15s])) > 0"],
  ChromeServiceBridgeRefusals: ["[5m]", "[5s]"],
  ChromeServiceSnapshotStale: ["> 900", "> 15"],
  ChromeServiceBackupOld: ["> 13 * 3600", "> 15"],
  SnapshotRefreshFailing: ["> 7200", "> 20"],
  T3AutoUpdateStale: ["> 604800", "> 1"],
  T3AutoUpdateSilent: ["> 172800", "> 20"],
  T3AutoUpdateWaiting: ["> 259200", "> 1"],
  T3BackupOld: ["> 172800", "> 20"],
  T3ProvisionSilent: ["> 10800", "> 20"],
};

/** The rules of some alerts, with nothing to wait for. */
export function hurriedRules(names: readonly string[]): string {
  const groups = ALERT_GROUPS.map((group) => ({
    ...group,
    alerts: group.alerts.filter(({ name }) => names.includes(name)),
  })).filter(({ alerts }) => alerts.length > 0);
  return rulesYaml(ruleDocument(groups, {
    forSeconds: ({ forSeconds }) => Math.min(forSeconds, 1),
    expr({ name, expr }) {
      const [from, to] = HURRIED[name] ?? ["", ""];
      assert.ok(expr.includes(from), name);
      return expr.replace(from, to);
    },
  }));
}
