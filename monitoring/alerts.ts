/**
 * Every alert, once: plain rules and the PrometheusRule are made of this.
 *
 * @module
 */
import type { Alert, AlertGroup } from "./alert.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const browser: readonly Alert[] = [
  {
    name: "ChromeServiceBrowserDown",
    // A pod that is not there is no target of Prometheus either, and says nothing of itself.
    expr: 'hearth_browser_part_up{part="chromium"} == 0 or on () ' +
      'kube_deployment_status_replicas_available{namespace="chrome-service", ' +
      'deployment="chrome-service"} == 0',
    forSeconds: 5 * MINUTE,
    severity: "critical",
    summary: "The browser has not been up for five minutes",
  },
  {
    name: "ChromeServiceBrowserWedging",
    expr: "increase(hearth_browser_wedge_restarts_total[1h]) > 3",
    forSeconds: 0,
    severity: "warning",
    summary: "Chromium was restarted more than three times in an hour because it hung",
  },
  {
    name: "ChromeServiceBrowserRestarting",
    expr: "sum by (part) (increase(hearth_browser_part_restarts_total[15m])) > 3",
    forSeconds: 0,
    severity: "warning",
    summary: "{{ $labels.part }} was started again more than three times in a quarter of an hour",
  },
  {
    name: "ChromeServiceBridgeRefusals",
    expr: "sum by (reason) (rate(hearth_bridge_refusals_total[5m])) > 0.2",
    forSeconds: 5 * MINUTE,
    severity: "warning",
    summary: "The bridge refuses more than one request in five seconds ({{ $labels.reason }})",
  },
];

const snapshot: readonly Alert[] = [
  {
    name: "ChromeServiceSnapshotStale",
    expr: "time() - hearth_harvester_current_timestamp_seconds > 900",
    forSeconds: 5 * MINUTE,
    severity: "warning",
    summary:
      "For {{ $value | humanizeDuration }} nobody has seen that the snapshot is what the browser has",
  },
  {
    name: "ChromeServiceSnapshotRefused",
    expr: 'hearth_harvester_health_state{name=~"snapshot_refused|snapshot_not_published"} == 1',
    forSeconds: 5 * MINUTE,
    severity: "warning",
    summary: "The harvester does not publish what the browser has ({{ $labels.name }})",
  },
  {
    name: "ChromeServiceSnapshotUnusable",
    expr: 'max by (name) (hearth_snapshot_server_health_state{severity="error"}) == 1',
    forSeconds: 15 * MINUTE,
    severity: "warning",
    summary: "The snapshot server cannot serve as it should ({{ $labels.name }})",
  },
  {
    name: "ChromeServiceLoginExpiring",
    expr: `hearth_snapshot_server_login_expiry_timestamp_seconds - time() < ${2 * DAY}`,
    forSeconds: HOUR,
    severity: "warning",
    summary: "The login of {{ $labels.site }} ends within two days, or has ended",
  },
  {
    name: "SnapshotRefreshFailing",
    expr: `time() - hearth_snapshot_server_pull_timestamp_seconds > ${2 * HOUR}`,
    forSeconds: 10 * MINUTE,
    severity: "warning",
    summary:
      "{{ $labels.subject }} has not asked for the snapshot for {{ $value | humanizeDuration }}",
  },
];

const cluster: readonly Alert[] = [
  {
    name: "ChromeServiceBackupOld",
    // One that never succeeded has no such time: then its own age counts.
    expr: 'time() - (kube_cronjob_status_last_successful_time{namespace="chrome-service", ' +
      'cronjob="chrome-service-backup"} or kube_cronjob_created{namespace="chrome-service", ' +
      'cronjob="chrome-service-backup"}) > 13 * 3600',
    forSeconds: 10 * MINUTE,
    severity: "warning",
    summary: "No verified backup of the profile for more than 13 hours",
  },
  {
    name: "ChromeServiceProfileFull",
    expr: 'kubelet_volume_stats_available_bytes{namespace="chrome-service", ' +
      'persistentvolumeclaim="chrome-service-profile-encrypted"} ' +
      "/ kubelet_volume_stats_capacity_bytes < 0.1",
    forSeconds: 15 * MINUTE,
    severity: "warning",
    summary: "Less than a tenth of the profile's volume is free",
  },
];

const updater: readonly Alert[] = [
  {
    name: "T3AutoUpdateStranded",
    expr: 'hearth_autoupdate_last_run_result{result="stranded"} == 1',
    forSeconds: 0,
    severity: "critical",
    summary: "Somebody could not be brought back to the t3 they had",
  },
  {
    name: "T3AutoUpdateRolledBack",
    expr: 'hearth_autoupdate_last_run_result{result="rolled-back"} == 1',
    forSeconds: 0,
    severity: "warning",
    summary: "A build of t3 failed for a user; everybody is back, and the brake is on",
  },
  {
    name: "T3AutoUpdateStale",
    expr: `hearth_autoupdate_behind_seconds > ${7 * DAY} or ` +
      "hearth_autoupdate_inconclusive_runs >= 3",
    forSeconds: 0,
    severity: "warning",
    summary: "A newer t3 is offered and not taken, or three runs in a row told nothing",
  },
  {
    name: "T3AutoUpdateSilent",
    expr: `time() - hearth_autoupdate_last_run_timestamp_seconds > ${2 * DAY}`,
    forSeconds: 0,
    severity: "warning",
    summary: "The updater has not run for {{ $value | humanizeDuration }}",
  },
  {
    name: "T3AutoUpdateFrozen",
    expr: "hearth_autoupdate_frozen == 1",
    forSeconds: 3 * DAY,
    severity: "warning",
    summary: "The updater's brake has been on for three days",
  },
  {
    name: "T3AutoUpdateWaiting",
    expr: `hearth_autoupdate_waiting_seconds > ${3 * DAY}`,
    forSeconds: 0,
    severity: "warning",
    summary: "{{ $labels.user }} has waited for a t3 for {{ $value | humanizeDuration }}",
  },
  {
    name: "T3BackupOld",
    expr: `time() - hearth_autoupdate_backup_timestamp_seconds > ${2 * DAY}`,
    forSeconds: 0,
    severity: "warning",
    summary: "The newest copy of {{ $labels.user }}'s t3 is {{ $value | humanizeDuration }} old",
  },
];

const provisioner: readonly Alert[] = [
  {
    name: "T3ProvisionFailing",
    expr: "hearth_provision_last_run_failed == 1",
    forSeconds: 2 * HOUR,
    severity: "warning",
    summary: "The provisioner has failed, hour after hour",
  },
  {
    name: "T3ProvisionSilent",
    expr: `time() - hearth_provision_last_run_timestamp_seconds > ${3 * HOUR}`,
    forSeconds: 0,
    severity: "warning",
    summary: "The provisioner has not run for {{ $value | humanizeDuration }}",
  },
];

const watch: readonly Alert[] = [
  {
    name: "HearthTargetDown",
    expr: 'up{job=~"hearth.*|chrome-service.*"} == 0',
    forSeconds: 10 * MINUTE,
    severity: "warning",
    summary: "{{ $labels.instance }} of {{ $labels.job }} does not answer Prometheus",
  },
  {
    name: "HearthWatchdog",
    expr: "vector(1)",
    forSeconds: 0,
    severity: "none",
    summary: "Always fires: where it stops arriving, no other alert would arrive either",
  },
];

/** Every alert, by group. */
export const ALERT_GROUPS: readonly AlertGroup[] = [
  { name: "chrome-service-browser", alerts: browser },
  { name: "chrome-service-snapshot", alerts: snapshot },
  { name: "chrome-service-cluster", isOfCluster: true, alerts: cluster },
  { name: "t3-autoupdate", alerts: updater },
  { name: "t3-provision", alerts: provisioner },
  { name: "hearth", alerts: watch },
];
