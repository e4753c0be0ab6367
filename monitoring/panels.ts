/**
 * What the dashboard shows, row by row: what somebody asks first is on top.
 *
 * @module
 */

/** One query of a panel. */
export type Query = readonly [expr: string, legend: string];

/** One panel. */
export interface Panel {
  /** Its title. */
  readonly title: string;
  /** The unit of its values, in Grafana's words. */
  readonly unit: string;
  /** How it is drawn: over time, or as the figure of now. @default {"timeseries"} */
  readonly kind?: "timeseries" | "stat";
  /** What it asks. */
  readonly queries: readonly Query[];
}

/** Panels about one thing. */
export interface Row {
  /** Its title. */
  readonly title: string;
  /** Its panels, from left to right, three in a line. */
  readonly panels: readonly Panel[];
}

/** Every row. */
export const ROWS: readonly Row[] = [
  {
    title: "Now",
    panels: [
      stat("Firing", "short", [
        'sum by (alertname, severity) (ALERTS{alertstate="firing", severity!="none"})',
        "{{alertname}}",
      ]),
      stat("Scraped", "short", ['up{job=~"hearth.*|chrome-service.*"}', "{{job}} {{instance}}"]),
      stat("Wrong, in the programs' own words", "short", [
        "sum by (name, severity) (hearth_harvester_health_state)",
        "harvester: {{name}}",
      ], [
        "sum by (name, severity) (hearth_snapshot_server_health_state)",
        "snapshot server: {{name}}",
      ]),
    ],
  },
  {
    title: "Snapshot",
    panels: [
      graph("Since the snapshot was seen to be current", "s", [
        "time() - hearth_harvester_current_timestamp_seconds",
        "seen",
      ], ["hearth_snapshot_server_snapshot_age_seconds", "written"]),
      graph("Until logins end", "s", [
        "hearth_snapshot_server_login_expiry_timestamp_seconds - time()",
        "{{site}}",
      ]),
      graph("Since each reader asked", "s", [
        "time() - hearth_snapshot_server_pull_timestamp_seconds",
        "{{subject}}",
      ]),
      graph("Requests", "reqps", [
        "sum by (path, status) (rate(hearth_snapshot_server_requests_total[5m]))",
        "{{path}} {{status}}",
      ]),
      graph("Held requests and scopes", "short", [
        "hearth_snapshot_server_waiters",
        "held",
      ], ["hearth_snapshot_server_scopes", "scopes"]),
      graph("Size, and files that could not be used", "bytes", [
        "hearth_snapshot_server_snapshot_bytes",
        "size",
      ], ["increase(hearth_snapshot_server_reload_failures_total[15m])", "not usable"]),
    ],
  },
  {
    title: "Browser",
    panels: [
      graph("Parts that are up", "short", ["hearth_browser_part_up", "{{part}}"]),
      graph("Started again", "short", [
        "sum by (part) (increase(hearth_browser_part_restarts_total[15m]))",
        "{{part}}",
      ], ["increase(hearth_browser_wedge_restarts_total[1h])", "because it hung (1 h)"]),
      graph("Probes", "s", [
        "histogram_quantile(0.99, rate(hearth_browser_probe_duration_seconds_bucket[15m]))",
        "99th percentile",
      ], ["increase(hearth_browser_probe_misses_total[15m])", "missed: {{cause}}"]),
    ],
  },
  {
    title: "Bridge",
    panels: [
      graph("Refused", "reqps", [
        "sum by (reason) (rate(hearth_bridge_refusals_total[5m]))",
        "{{reason}}",
      ], ["sum by (method) (rate(hearth_bridge_guard_hits_total[5m]))", "guarded: {{method}}"]),
      graph("Clients", "short", ["hearth_bridge_open_sockets", "{{client}}"], [
        "hearth_bridge_open_connections",
        "connections",
      ]),
      graph("Round trip to the browser", "s", [
        "histogram_quantile(0.99, rate(hearth_bridge_probe_seconds_bucket[15m]))",
        "99th percentile",
      ]),
      graph(
        "Requests and sockets",
        "reqps",
        [
          "sum by (route, status) (rate(hearth_bridge_requests_total[5m]))",
          "{{route}} {{status}}",
        ],
        ["sum by (client) (rate(hearth_bridge_sockets_total[5m]))", "socket of {{client}}"],
        [
          "sum by (reason) (rate(hearth_bridge_socket_ends_total[5m]))",
          "socket ended: {{reason}}",
        ],
      ),
      graph("Moved", "Bps", ["rate(hearth_bridge_socket_bytes_total[5m])", "{{direction}}"]),
      graph("Frames, and the largest message", "short", [
        "rate(hearth_bridge_socket_frames_total[5m])",
        "frames {{direction}}",
      ], ["hearth_bridge_largest_message_bytes", "largest {{direction}}, bytes"]),
    ],
  },
  {
    title: "Dispatch",
    panels: [
      graph(
        "People and their instances",
        "short",
        ["hearth_dispatch_users", "users"],
        [
          "hearth_dispatch_dead_instances",
          "instances that do not answer",
        ],
        ["hearth_dispatch_open_connections", "connections"],
        [
          "hearth_dispatch_open_web_sockets",
          "WebSockets",
        ],
      ),
      graph("Answers", "reqps", [
        "sum by (kind, status) (rate(hearth_dispatch_proxied_total[5m]))",
        "{{kind}} {{status}}",
      ], ["sum by (reason) (rate(hearth_dispatch_answered_total[5m]))", "own: {{reason}}"]),
      graph("Pairing", "s", [
        "histogram_quantile(0.99, rate(hearth_dispatch_pairing_seconds_bucket[15m]))",
        "99th percentile",
      ], [
        "sum by (endpoint, outcome) (increase(hearth_dispatch_pairings_total[15m]))",
        "{{endpoint}} {{outcome}}",
      ]),
      graph("Moved", "Bps", ["rate(hearth_dispatch_bytes_total[5m])", "{{direction}}"]),
      graph("WebSockets that ended", "short", [
        "sum by (cause) (increase(hearth_dispatch_web_socket_ends_total[15m]))",
        "{{cause}}",
      ]),
      graph("Doubts and tables not taken", "short", [
        "increase(hearth_dispatch_doubts_total[15m])",
        "doubts",
      ], ["increase(hearth_dispatch_table_faults_total[15m])", "tables"]),
    ],
  },
  {
    title: "Updates of t3",
    panels: [
      graph(
        "How the last run ended",
        "short",
        [
          "hearth_autoupdate_last_run_result == 1",
          "{{result}}",
        ],
        ["hearth_autoupdate_in_flight", "in flight"],
        ["hearth_autoupdate_frozen", "frozen"],
      ),
      graph(
        "Since",
        "s",
        [
          "time() - hearth_autoupdate_last_run_timestamp_seconds",
          "the last run",
        ],
        [
          "time() - (hearth_autoupdate_last_gate_timestamp_seconds > 0)",
          "a build passed the gate",
        ],
        ["hearth_autoupdate_behind_seconds", "a newer build is offered"],
        [
          "time() - (hearth_autoupdate_frozen_timestamp_seconds > 0)",
          "the updater put the brake on",
        ],
      ),
      graph("Builds", "short", [
        "hearth_autoupdate_inconclusive_runs",
        "runs without a verdict",
      ], ["hearth_autoupdate_skipped_builds", "not tried again"]),
      stat("Who has what", "short", ["hearth_autoupdate_user_version", "{{user}} {{version}}"]),
      graph("Waiting for a build", "s", ["hearth_autoupdate_waiting_seconds", "{{user}}"]),
      graph("Age of each user's newest copy", "s", [
        "time() - hearth_autoupdate_backup_timestamp_seconds",
        "{{user}}",
      ]),
    ],
  },
  {
    title: "Provisioner",
    panels: [
      graph("Something was left undone", "short", ["hearth_provision_last_run_failed", "failed"]),
      graph("Resources of the last run", "short", [
        "hearth_provision_last_run_items",
        "{{result}}",
      ]),
      graph("Since the last run, and how long it took", "s", [
        "time() - hearth_provision_last_run_timestamp_seconds",
        "since",
      ], ["hearth_provision_last_run_duration_seconds", "took"]),
    ],
  },
  {
    title: "Cluster and programs",
    panels: [
      graph("Free part of the profile's volume", "percentunit", [
        'kubelet_volume_stats_available_bytes{persistentvolumeclaim="chrome-service-profile-encrypted"} ' +
        "/ kubelet_volume_stats_capacity_bytes",
        "free",
      ]),
      graph("Since the last verified backup of the profile", "s", [
        'time() - kube_cronjob_status_last_successful_time{cronjob="chrome-service-backup"}',
        "since",
      ]),
      graph("Memory", "bytes", [
        'process_resident_memory_bytes{job=~"hearth.*|chrome-service.*"}',
        "{{job}} {{instance}}",
      ]),
    ],
  },
];

function graph(title: string, unit: string, ...queries: readonly Query[]): Panel {
  return { title, unit, queries };
}

function stat(title: string, unit: string, ...queries: readonly Query[]): Panel {
  return { title, unit, kind: "stat", queries };
}
