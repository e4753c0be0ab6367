/**
 * Who serves the same file behind the same bearer in the comparison, each a process of its own.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { startChild } from "../../core/process.ts";
import { freePort } from "../../tests/support/free_port.ts";

/** The bearer of every server; they all listen on loopback only. */
export const TOKEN = "bench-token";

/** A server that runs. */
export interface Peer extends AsyncDisposable {
  /** Its name in the table. */
  readonly name: string;
  /** Where the snapshot is. */
  readonly url: string;
  /** Its process. */
  readonly pid: number;
  /** Whether it knows `?wait=`. */
  readonly canWait: boolean;
}

interface Recipe {
  readonly name: string;
  readonly path: string;
  readonly advice: string;
  readonly canWait: boolean;
  readonly start: (
    port: number,
    file: string,
    folder: string,
  ) => { args: string[]; env?: Record<string, string>; config?: [string, string] };
}

const HERE = new URL("./", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;

const RECIPES: readonly Recipe[] = [
  {
    name: "ours",
    path: Deno.execPath(),
    advice: "",
    canWait: true,
    start: (port, file, folder) => ({
      args: [
        ...["run", "-q", "--no-prompt", "--cached-only", "-P=snapshot_server"],
        ...[`--allow-read=${folder}`, "--allow-net=127.0.0.1", `${ROOT}snapshot_server.ts`],
      ],
      env: {
        PW_TOKEN: TOKEN,
        SNAPSHOT_PATH: file,
        HOST: "127.0.0.1",
        PORT: String(port),
        METRICS_PORT: String(freePort()),
        LOG_LEVEL: "warn",
      },
    }),
  },
  {
    name: "nginx",
    path: "/usr/sbin/nginx",
    advice: "apt-get install nginx-light",
    canWait: false,
    start: (port, file, folder) => ({
      args: ["-c", `${folder}/nginx.conf`, "-p", folder],
      config: ["nginx.conf", nginxConfig(port, file, folder)],
    }),
  },
  {
    name: "caddy",
    path: "/usr/bin/caddy",
    advice: "apt-get install caddy",
    canWait: false,
    start: (port, file, folder) => ({
      args: ["run", "--config", `${folder}/Caddyfile`, "--adapter", "caddyfile"],
      env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, GOMAXPROCS: "1" },
      config: ["Caddyfile", caddyConfig(port, file)],
    }),
  },
  {
    name: "node http",
    path: "/usr/bin/node",
    advice: "apt-get install nodejs",
    canWait: true,
    start: (port, file) => ({ args: [`${HERE}node_http.mjs`, String(port), file, TOKEN] }),
  },
  {
    name: "python threads",
    path: "/usr/bin/python3",
    advice: "apt-get install python3",
    canWait: true,
    start: (port, file) => ({ args: [`${HERE}threads.py`, String(port), file, TOKEN] }),
  },
];

/**
 * Starts every server that is installed; `missing` says how to have the others.
 *
 * @param file The snapshot.
 * @param folder Its folder, for configuration and temporary files.
 */
export async function startPeers(
  file: string,
  folder: string,
): Promise<{ peers: readonly Peer[]; missing: readonly string[] }> {
  const peers: Peer[] = [];
  const missing: string[] = [];
  for (const recipe of RECIPES) {
    if (exists(recipe.path)) peers.push(await startPeer(recipe, file, folder));
    else missing.push(`${recipe.name} is not installed (${recipe.advice})`);
  }
  return { peers, missing };
}

async function startPeer(recipe: Recipe, file: string, folder: string): Promise<Peer> {
  const port = freePort();
  const { args, env, config } = recipe.start(port, file, folder);
  if (config !== undefined) await Deno.writeTextFile(`${folder}/${config[0]}`, config[1]);
  const lines: string[] = [];
  const child = startChild({
    command: recipe.path,
    args,
    onLine: (line) => lines.push(line),
    ...(env === undefined ? {} : { env }),
  });
  const url = `http://127.0.0.1:${port}/api/snapshot`;
  const lateMs = systemClock.monotonic() + 20_000;
  while (!await answers(url)) {
    if (systemClock.monotonic() > lateMs) {
      await child.stop();
      throw new Error(`${recipe.name} did not start: ${lines.slice(-5).join("; ")}`);
    }
    await systemClock.sleep(50);
  }
  return {
    name: recipe.name,
    url,
    pid: child.pid,
    canWait: recipe.canWait,
    async [Symbol.asyncDispose]() {
      await child.stop();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Not there yet.
    return false;
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    // Not installed.
    return false;
  }
}

function nginxConfig(port: number, file: string, folder: string): string {
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
user root;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; open_file_cache max=10; default_type application/json;
  client_body_temp_path ${folder}/n1; proxy_temp_path ${folder}/n2;
  fastcgi_temp_path ${folder}/n3; uwsgi_temp_path ${folder}/n4; scgi_temp_path ${folder}/n5;
  map $http_authorization $is_admitted { default 0; "Bearer ${TOKEN}" 1; }
  server {
    listen 127.0.0.1:${port};
    location = /api/snapshot {
      if ($is_admitted = 0) { return 401; }
      add_header Cache-Control no-cache;
      alias ${file};
    }
  }
}
`;
}

function caddyConfig(port: number, file: string): string {
  const slash = file.lastIndexOf("/");
  return `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  @admitted header Authorization "Bearer ${TOKEN}"
  handle @admitted {
    rewrite * ${file.slice(slash)}
    root * ${file.slice(0, slash)}
    header Cache-Control no-cache
    file_server
  }
  handle {
    respond 401
  }
}
`;
}
