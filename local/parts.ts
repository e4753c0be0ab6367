/**
 * The parts of the pipeline on one machine: what to run, and by which line it says it is ready.
 *
 * @module
 */
import type { DataDir } from "./data_dir.ts";
import { type PermissionSet, scopedFlags } from "./scoped_flags.ts";

/** The ports of the parts, all on loopback. */
export interface PartPorts {
  /** CDP for callers. */
  readonly bridge: number;
  /** Health and metrics of the bridge. */
  readonly bridgeAdmin: number;
  /** Chromium's own DevTools. */
  readonly cdp: number;
  /** Health and metrics of the browser. */
  readonly browserHealth: number;
  /** Health and metrics of the harvester. */
  readonly harvesterHealth: number;
  /** noVNC. */
  readonly view: number;
  /** x11vnc. */
  readonly vnc: number;
  /** The snapshot API. */
  readonly snapshot: number;
  /** Metrics of the snapshot server. */
  readonly snapshotMetrics: number;
  /** The MCP server. */
  readonly mcp: number;
}

/** The well-known ports. */
export const DEFAULT_PORTS: PartPorts = {
  bridge: 9222,
  bridgeAdmin: 9224,
  cdp: 9223,
  browserHealth: 9225,
  harvesterHealth: 9226,
  view: 6080,
  vnc: 5900,
  snapshot: 8088,
  snapshotMetrics: 8089,
  mcp: 8931,
};

/** A process of the pipeline. */
export interface Part {
  /** Its name in the log. */
  readonly name: string;
  /** The program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its variables. */
  readonly env: Readonly<Record<string, string>>;
  /** The line that says it works. */
  readonly ready: RegExp;
  /** When it stops, by order: lower numbers first. */
  readonly stopOrder: number;
}

/** What the parts depend on. */
export interface PartsOptions {
  /** Directories and files. */
  data: DataDir;
  /** Ports. */
  ports: PartPorts;
  /** The repository's root, with a slash at its end. */
  root: string;
  /** This Deno. */
  deno: string;
  /** Node, for the MCP server. */
  node: string;
  /** Permission sets of `deno.json`, by program. */
  sets: Readonly<Record<string, PermissionSet>>;
  /** Where the browser's windows go. */
  mode: "virtual" | "display" | "headless";
  /** Whether the MCP server's own Chromium runs without its sandbox. */
  isRoot: boolean;
}

/** The parts, in the order in which they start. */
export function pipelineParts(options: PartsOptions): readonly Part[] {
  const { data, ports, root, deno, node, sets, mode, isRoot } = options;
  const scope = {
    paths: { "/profile": data.path, "/run/secrets/snapshot_server": data.token },
    ports: {
      [DEFAULT_PORTS.bridge]: ports.bridge,
      [DEFAULT_PORTS.bridgeAdmin]: ports.bridgeAdmin,
      [DEFAULT_PORTS.cdp]: ports.cdp,
      [DEFAULT_PORTS.browserHealth]: ports.browserHealth,
      [DEFAULT_PORTS.harvesterHealth]: ports.harvesterHealth,
      [DEFAULT_PORTS.view]: ports.view,
      [DEFAULT_PORTS.vnc]: ports.vnc,
      [DEFAULT_PORTS.snapshot]: ports.snapshot,
      [DEFAULT_PORTS.snapshotMetrics]: ports.snapshotMetrics,
    },
  };

  function program(
    name: string,
    part: Pick<Part, "env" | "ready" | "stopOrder"> & { args?: string[]; flags?: string[] },
  ): Part {
    const { args = [], flags = [], ...rest } = part;
    return {
      name,
      command: deno,
      args: [
        "run",
        "-q",
        "--no-prompt",
        "--cached-only",
        "--frozen",
        `-P=${name}`,
        ...scopedFlags(sets[name] ?? {}, scope),
        ...flags,
        `${root}${name}.ts`,
        ...args,
      ],
      ...rest,
    };
  }

  return [
    program("browser", {
      args: mode === "virtual" ? [] : [`--${mode}`],
      env: {
        BROWSER_PROFILE_DIR: data.profile,
        BROWSER_CDP_PORT: String(ports.cdp),
        BROWSER_VIEW_PORT: String(ports.view),
        BROWSER_VNC_PORT: String(ports.vnc),
        BROWSER_HEALTH_PORT: String(ports.browserHealth),
      },
      ready: /browser ready/,
      stopOrder: 3,
    }),
    program("bridge", {
      env: {
        BRIDGE_LISTEN_PORT: String(ports.bridge),
        BRIDGE_TARGET_PORT: String(ports.cdp),
        BRIDGE_ADMIN_PORT: String(ports.bridgeAdmin),
      },
      ready: /listening/,
      stopOrder: 2,
    }),
    program("harvester", {
      args: ["--watch"],
      env: {
        CDP_URL: `http://127.0.0.1:${ports.bridge}`,
        SNAPSHOT_DIR: data.snapshots,
        PROFILE_DIR: data.profile,
        HARVESTER_HEALTH_PORT: String(ports.harvesterHealth),
      },
      ready: /first harvest done/,
      stopOrder: 1,
    }),
    program("snapshot_server", {
      env: {
        PW_TOKEN_FILE: data.token,
        SNAPSHOT_PATH: data.snapshot,
        HOST: "127.0.0.1",
        PORT: String(ports.snapshot),
        METRICS_PORT: String(ports.snapshotMetrics),
        STATUS_BROWSER_HEALTH_URL: `http://127.0.0.1:${ports.browserHealth}`,
        STATUS_HARVESTER_HEALTH_URL: `http://127.0.0.1:${ports.harvesterHealth}`,
        ...(mode === "virtual"
          ? {
            LIVE_VIEW_URL: `http://127.0.0.1:${ports.view}/vnc.html?autoconnect=1&resize=scale`,
          }
          : {}),
      },
      ready: /listening/,
      stopOrder: 2,
    }),
    program("refresh", {
      args: ["--follow"],
      flags: [
        `--allow-net=127.0.0.1:${ports.snapshot}`,
        `--allow-read=${data.path}`,
        `--allow-write=${data.path}`,
      ],
      env: {
        PLAYWRIGHT_SNAPSHOT_URL: `http://127.0.0.1:${ports.snapshot}/api/snapshot`,
        PLAYWRIGHT_SNAPSHOT_TOKEN: data.token,
        PLAYWRIGHT_SNAPSHOT_PATH: data.copy,
      },
      ready: /refreshed|up to date/,
      stopOrder: 1,
    }),
    {
      name: "playwright-mcp",
      command: node,
      // Started directly and not through npx, which would leave its child behind when it is killed.
      args: [
        `${root}node_modules/@playwright/mcp/cli.js`,
        "--isolated",
        "--storage-state",
        data.copy,
        "--init-script",
        data.initScript,
        "--host",
        "localhost",
        "--port",
        String(ports.mcp),
        "--headless",
        "--executable-path",
        "/usr/bin/chromium",
        "--output-dir",
        data.output,
        ...(isRoot ? ["--no-sandbox"] : []),
      ],
      // Playwright keeps sockets in a directory of the temporary one, named after $USER or, where
      // that is not set, the same for everybody: users of one machine would be in each other's way.
      env: { TMPDIR: data.scratch },
      ready: /Listening on/i,
      stopOrder: 1,
    },
  ];
}
