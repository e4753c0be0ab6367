/**
 * For each alert, what Prometheus saw when its fault was there, and until when it must say nothing;
 * as promtool's unit tests want it.
 *
 * @module
 */
import { ALERT_GROUPS } from "./alerts.ts";

/** One test of promtool. */
export interface RuleTest {
  /** The time between two values. */
  readonly interval: string;
  /** Values, in promtool's notation. */
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  /** What is expected when. */
  readonly alert_rule_test: readonly {
    readonly eval_time: string;
    readonly alertname: string;
    readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
  }[];
}

/** A history: which alert it makes fire, if any, and the test. */
export interface History {
  /** The alert. */
  readonly fires?: string;
  /** The test. */
  readonly test: RuleTest;
}

type Row = readonly [
  alert: string,
  series: string,
  values: string,
  interval: string,
  silent: string,
  fires: string,
  labels: Readonly<Record<string, string>>,
];

/** Below Prometheus' five minutes, after which a series counts as gone. */
const LONG = "4m";

/** Time in promtool begins at 0, so a timestamp that stays 0 is as old as the test. */
const ROWS: readonly Row[] = [
  [
    "ChromeServiceBrowserDown",
    'hearth_browser_part_up{part="chromium"}',
    "1 0x20",
    "1m",
    "5m",
    "7m",
    { part: "chromium" },
  ],
  [
    "ChromeServiceBrowserDown",
    'kube_deployment_status_replicas_available{namespace="chrome-service",deployment="chrome-service"}',
    "1 0x20",
    "1m",
    "5m",
    "7m",
    { namespace: "chrome-service", deployment: "chrome-service" },
  ],
  [
    "ChromeServiceBrowserWedging",
    "hearth_browser_wedge_restarts_total",
    "0 0 2 2 5x60",
    "5m",
    "15m",
    "30m",
    {},
  ],
  [
    "ChromeServiceBrowserRestarting",
    'hearth_browser_part_restarts_total{part="x11vnc"}',
    "0 1 1 1 6x60",
    "1m",
    "3m",
    "6m",
    { part: "x11vnc" },
  ],
  [
    "ChromeServiceBridgeRefusals",
    'hearth_bridge_refusals_total{reason="origin"}',
    "0+30x30",
    "1m",
    "4m",
    "12m",
    { reason: "origin" },
  ],
  [
    "ChromeServiceSnapshotStale",
    "hearth_harvester_current_timestamp_seconds",
    "0x40",
    "1m",
    "19m",
    "22m",
    {},
  ],
  [
    "ChromeServiceSnapshotRefused",
    'hearth_harvester_health_state{name="snapshot_refused",severity="error"}',
    "1x20",
    "1m",
    "4m",
    "6m",
    { name: "snapshot_refused" },
  ],
  [
    "ChromeServiceSnapshotUnusable",
    'hearth_snapshot_server_health_state{name="snapshot_missing",severity="error"}',
    "1x40",
    "1m",
    "14m",
    "16m",
    { name: "snapshot_missing" },
  ],
  [
    "ChromeServiceLoginExpiring",
    'hearth_snapshot_server_login_expiry_timestamp_seconds{site="example.com"}',
    "259200x900",
    LONG,
    "24h",
    "26h",
    { site: "example.com" },
  ],
  [
    "SnapshotRefreshFailing",
    'hearth_snapshot_server_pull_timestamp_seconds{subject="ada"}',
    "0x200",
    "1m",
    "129m",
    "132m",
    { subject: "ada" },
  ],
  [
    "ChromeServiceBackupOld",
    'kube_cronjob_status_last_successful_time{namespace="chrome-service",cronjob="chrome-service-backup"}',
    "0x900",
    "1m",
    "789m",
    "792m",
    { namespace: "chrome-service", cronjob: "chrome-service-backup" },
  ],
  [
    "ChromeServiceBackupOld",
    'kube_cronjob_created{namespace="chrome-service",cronjob="chrome-service-backup"}',
    "0x900",
    "1m",
    "789m",
    "792m",
    { namespace: "chrome-service", cronjob: "chrome-service-backup" },
  ],
  [
    "T3AutoUpdateStranded",
    'hearth_autoupdate_last_run_result{result="stranded"}',
    "0 1x5",
    "1m",
    "0m",
    "1m",
    { result: "stranded" },
  ],
  [
    "T3AutoUpdateRolledBack",
    'hearth_autoupdate_last_run_result{result="rolled-back"}',
    "0 1x5",
    "1m",
    "0m",
    "1m",
    { result: "rolled-back" },
  ],
  ["T3AutoUpdateStale", "hearth_autoupdate_inconclusive_runs", "2 3x5", "1m", "0m", "1m", {}],
  [
    "T3AutoUpdateStale",
    "hearth_autoupdate_behind_seconds",
    "604800 604801x5",
    "1m",
    "0m",
    "1m",
    {},
  ],
  [
    "T3AutoUpdateSilent",
    "hearth_autoupdate_last_run_timestamp_seconds",
    "0x900",
    LONG,
    "48h",
    "49h",
    {},
  ],
  ["T3AutoUpdateFrozen", "hearth_autoupdate_frozen", "1x1200", LONG, "71h", "73h", {}],
  [
    "T3AutoUpdateWaiting",
    'hearth_autoupdate_waiting_seconds{user="ada"}',
    "259200 259201x5",
    "1m",
    "0m",
    "1m",
    { user: "ada" },
  ],
  [
    "T3BackupOld",
    'hearth_autoupdate_backup_timestamp_seconds{user="ada"}',
    "0x900",
    LONG,
    "48h",
    "49h",
    { user: "ada" },
  ],
  ["T3ProvisionFailing", "hearth_provision_last_run_failed", "1x200", "1m", "119m", "121m", {}],
  [
    "T3ProvisionSilent",
    "hearth_provision_last_run_timestamp_seconds",
    "0x300",
    "1m",
    "180m",
    "182m",
    {},
  ],
  ["HearthTargetDown", 'up{job="hearth"}', "0x20", "1m", "9m", "11m", { job: "hearth" }],
];

/** Every history. */
export function histories(): readonly History[] {
  const rows = ROWS.map(([alert, series, values, interval, silent, fires, labels]) =>
    history(alert, [{ series, values }], interval, silent, fires, labels)
  );
  const volume = 'namespace="chrome-service",' +
    'persistentvolumeclaim="chrome-service-profile-encrypted"';
  const deployment = 'namespace="chrome-service",deployment="chrome-service"';
  const cronJob = 'namespace="chrome-service",cronjob="chrome-service-backup"';
  return [
    ...rows,
    history(
      "ChromeServiceProfileFull",
      [
        { series: `kubelet_volume_stats_available_bytes{${volume}}`, values: "9x30" },
        { series: `kubelet_volume_stats_capacity_bytes{${volume}}`, values: "100x30" },
      ],
      "1m",
      "14m",
      "16m",
      {
        namespace: "chrome-service",
        persistentvolumeclaim: "chrome-service-profile-encrypted",
      },
    ),
    // A pod that is there and has no Chromium is said once, by the one that knows more.
    history(
      "ChromeServiceBrowserDown",
      [
        { series: 'hearth_browser_part_up{part="chromium"}', values: "1 0x20" },
        { series: `kube_deployment_status_replicas_available{${deployment}}`, values: "1 0x20" },
      ],
      "1m",
      "5m",
      "7m",
      { part: "chromium" },
    ),
    // An old cluster with a backup of today.
    history(
      "ChromeServiceBackupOld",
      [
        { series: `kube_cronjob_created{${cronJob}}`, values: "0x900" },
        { series: `kube_cronjob_status_last_successful_time{${cronJob}}`, values: "600x900" },
      ],
      "1m",
      "799m",
      "802m",
      { namespace: "chrome-service", cronjob: "chrome-service-backup" },
    ),
    history("HearthWatchdog", [], "1m", undefined, "0m", {}),
  ];
}

function history(
  alertname: string,
  input_series: RuleTest["input_series"],
  interval: string,
  silent: string | undefined,
  fires: string,
  labels: Readonly<Record<string, string>>,
): History {
  const alert = ALERT_GROUPS.flatMap(({ alerts }) => alerts).find(({ name }) => name === alertname);
  if (alert === undefined) throw new Error(`There is no alert ${alertname}`);
  const exp_alerts = [{ exp_labels: { severity: alert.severity, ...labels } }];
  return {
    fires: alertname,
    test: {
      interval,
      input_series,
      alert_rule_test: [
        ...(silent === undefined ? [] : [{ eval_time: silent, alertname, exp_alerts: [] }]),
        { eval_time: fires, alertname, exp_alerts },
      ],
    },
  };
}
