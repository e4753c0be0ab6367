/**
 * What stands between a client and the browser in the comparison, each as a process of its own.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { type Child, startChild } from "../../core/process.ts";
import { freePort } from "../../tests/support/free_port.ts";

/** Something to measure. */
export interface Peer extends AsyncDisposable {
  /** Its name in the table. */
  readonly name: string;
  /** Where clients connect. */
  readonly port: number;
  /** Its process; the browser itself has none here. */
  readonly pid: number | undefined;
}

/** A peer that cannot run here, and why. */
export interface MissingPeer {
  /** Its name in the table. */
  readonly name: string;
  /** The way to have it. */
  readonly missing: string;
}

interface Recipe {
  readonly name: string;
  readonly needs?: { readonly path: string; readonly advice: string };
  readonly command: (
    port: number,
    target: number,
    folder: string,
  ) => Promise<{ command: string; args: string[]; env?: Record<string, string> }>;
}

const HERE = new URL("./", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;

const RECIPES: readonly Recipe[] = [
  { name: "bridge", command: (port, target) => bridge(port, target, "on") },
  { name: "bridge, guard off", command: (port, target) => bridge(port, target, "off") },
  {
    name: "nginx",
    needs: { path: "/usr/sbin/nginx", advice: "apt-get install nginx-light" },
    async command(port, target, folder) {
      await Deno.writeTextFile(`${folder}/nginx.conf`, nginxConfig(port, target, folder));
      return { command: "/usr/sbin/nginx", args: ["-c", `${folder}/nginx.conf`, "-p", folder] };
    },
  },
  {
    name: "haproxy",
    needs: { path: "/usr/sbin/haproxy", advice: "apt-get install haproxy" },
    async command(port, target, folder) {
      await Deno.writeTextFile(`${folder}/haproxy.cfg`, haproxyConfig(port, target));
      return { command: "/usr/sbin/haproxy", args: ["-db", "-f", `${folder}/haproxy.cfg`] };
    },
  },
  {
    name: "node pipe",
    needs: { path: "/usr/bin/node", advice: "apt-get install nodejs" },
    command: (port, target) =>
      Promise.resolve({
        command: "/usr/bin/node",
        args: [`${HERE}node_proxy.mjs`, String(port), String(target)],
      }),
  },
  {
    name: "python threads",
    needs: { path: "/usr/bin/python3", advice: "apt-get install python3" },
    command: (port, target) =>
      Promise.resolve({
        command: "/usr/bin/python3",
        args: [`${HERE}python_splice.py`, String(port), String(target)],
      }),
  },
];

/** Starts everything that can run here; `missing` names the rest. */
export async function startPeers(
  target: number,
): Promise<{ peers: readonly Peer[]; missing: readonly MissingPeer[] }> {
  const direct: Peer = {
    name: "direct",
    port: target,
    pid: undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const peers: Peer[] = [direct];
  const missing: MissingPeer[] = [];
  for (const recipe of RECIPES) {
    if (recipe.needs !== undefined && !exists(recipe.needs.path)) {
      missing.push({ name: recipe.name, missing: recipe.needs.advice });
    } else peers.push(await start(recipe, target));
  }
  return { peers, missing };
}

async function start(recipe: Recipe, target: number): Promise<Peer> {
  const folder = await Deno.makeTempDir({ prefix: "hearth-bench-" });
  const port = freePort();
  const lines: string[] = [];
  const child: Child = startChild({
    ...await recipe.command(port, target, folder),
    onLine: (line) => lines.push(line),
  });
  const lateMs = systemClock.monotonic() + 15_000;
  while (!(await answers(port))) {
    if (systemClock.monotonic() > lateMs) {
      await child.stop();
      throw new Error(`${recipe.name} did not start: ${lines.slice(-5).join("; ")}`);
    }
    await systemClock.sleep(50);
  }
  return {
    name: recipe.name,
    port,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      await child.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/json/version`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Not there yet.
    return false;
  }
}

function bridge(port: number, target: number, guard: string) {
  return Promise.resolve({
    command: Deno.execPath(),
    args: [
      "run",
      "-q",
      "--no-prompt",
      "--cached-only",
      "-P=bridge",
      "--allow-net=127.0.0.1",
      `${ROOT}bridge.ts`,
    ],
    env: {
      BRIDGE_LISTEN_PORT: String(port),
      BRIDGE_TARGET_PORT: String(target),
      BRIDGE_ADMIN_PORT: String(freePort()),
      BRIDGE_GUARD: guard,
      BRIDGE_MAX_CONNECTIONS: "4000",
      BRIDGE_MAX_CONNECTIONS_PER_PEER: "4000",
      LOG_LEVEL: "warn",
    },
  });
}

function nginxConfig(port: number, target: number, folder: string): string {
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server {
    listen 127.0.0.1:${port};
    tcp_nodelay on;
    location / {
      proxy_pass http://127.0.0.1:${target};
      proxy_http_version 1.1;
      proxy_set_header Host localhost:${target};
      proxy_set_header Origin "";
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_buffering off;
      proxy_read_timeout 3600s;
    }
  }
}
`;
}

function haproxyConfig(port: number, target: number): string {
  return `global
  maxconn 4096
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
frontend clients
  bind 127.0.0.1:${port}
  http-request set-header Host localhost:${target}
  http-request del-header Origin
  default_backend browser
backend browser
  server browser 127.0.0.1:${target}
`;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    // Not installed.
    return false;
  }
}
