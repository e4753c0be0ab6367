/**
 * A dev box where nothing is wrong, for tests to break.
 *
 * @module
 */
import type { MachineFacts, SnapshotAnswer } from "./facts.ts";

/** The server has what the copy is, and the same time. */
export const FRESH: SnapshotAnswer & { readonly kind: "answered" } = {
  kind: "answered",
  status: 304,
  dateMs: 1_000_000,
  atMs: 1_000_400,
  ageMs: 5_000,
  hasCopy: true,
};

/** The box. */
export const HEALTHY: MachineFacts = {
  nowMs: 1_000_000,
  uid: 0,
  isDevBox: true,
  call: {
    provision: "hearth-provision",
    autoupdate: "hearth-autoupdate",
    task: "deno task --cwd /srv/hearth",
    config: "",
    data: "",
  },
  programs: [{
    name: "Node",
    version: "v24.21.0",
    least: "22.16.0",
    fix: "bring Node",
    path: "/opt/hearth/node/current",
  }],
  sandbox: {
    maxUserNamespaces: 30_000,
    unprivilegedClone: 1,
    apparmorRestricts: undefined,
    hasProfile: false,
    canMakeNamespaces: true,
  },
  disks: [{
    path: "/",
    sizeBytes: 1e11,
    availableBytes: 1e10,
    availableFiles: 1e6,
    isReadOnly: false,
    caches: [],
  }],
  listeners: [{
    port: 8931,
    uid: 1000,
    pid: 7,
    command: "node",
    unit: "playwright-mcp@ada.service",
  }],
  users: [{ user: "ada", uid: 1000, mcpPort: 8931, t3Port: 3773 }],
  dispatch: { uid: 998, port: 3780 },
  silentPorts: [],
  secrets: [{
    path: "/etc/t3-serve/tokens/ada",
    mode: 0o600,
    uid: 0,
    owner: { name: "root", uid: 0 },
    wanted: 0o600,
    remake: "hearth-provision apply",
    isEmpty: false,
  }],
  units: [{
    name: "playwright-mcp@ada.service",
    active: "active",
    sub: "running",
    restarts: 0,
    isOutdated: false,
    enabled: "enabled",
    result: "success",
    isConditionMet: true,
  }],
  snapshots: [{
    user: "ada",
    url: "https://chrome.example.com/api/snapshot",
    follower: "playwright-snapshot-follow@ada.service",
    tokenPath: "/etc/t3-serve/tokens/ada",
    isPipeline: false,
    answer: FRESH,
  }],
  agents: [{
    agent: "Codex",
    path: "/root/.codex/config.toml",
    wired: { url: "http://localhost:8931/mcp" },
  }],
  pipelineMcpPort: undefined,
  frozen: undefined,
  provisionedMs: 900_000,
  drift: { items: [], error: undefined },
};
