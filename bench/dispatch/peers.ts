/**
 * What stands between an ingress and the instances in the comparison, each a process of its own.
 *
 * @module
 */
import { startChild } from "../../core/process.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { freePort } from "../../tests/support/free_port.ts";

/** Something to measure. */
export interface Peer extends AsyncDisposable {
  /** Its name in the table. */
  readonly name: string;
  /** The port at which a user is served. */
  readonly portOf: (user: string) => number;
  /** The most memory it had until now, in kB; of nothing where nothing stands between. */
  readonly peakKb: () => Promise<number>;
}

/** Whose instance listens where. */
export type Instances = ReadonlyMap<string, number>;

const ROOT = new URL("../../", import.meta.url).pathname;
const NGINX = "/usr/sbin/nginx";

/** Nothing between. */
export function direct(instances: Instances): Peer {
  return {
    name: "direct",
    portOf: (user) => instances.get(user) ?? 0,
    peakKb: () => Promise.resolve(0),
    async [Symbol.asyncDispose]() {},
  };
}

/** Dispatch as it is installed. */
export async function startDispatch(instances: Instances): Promise<Peer> {
  const folder = await Deno.makeTempDir({ prefix: "hearth-bench-" });
  const table = `${folder}/dispatch.json`;
  const entries = [...instances].map(([user, port]) => [user, { os_user: user, port }]);
  await Deno.writeTextFile(table, JSON.stringify(Object.fromEntries(entries)));
  return await startPeer({
    name: "dispatch",
    folder,
    command: Deno.execPath(),
    args: (port) => ({
      args: [
        ...["run", "-q", "--no-prompt", "--cached-only", "-P=dispatch", `--allow-read=${table}`],
        `${ROOT}dispatch.ts`,
      ],
      env: {
        DISPATCH_LISTEN_PORT: String(port),
        DISPATCH_METRICS_PORT: String(freePort()),
        DISPATCH_TABLE: table,
        LOG_LEVEL: "warn",
      },
    }),
  });
}

/** A relay by the runtime's own WebSockets, in front of one instance. */
export async function startRelay(target: number): Promise<Peer> {
  const folder = await Deno.makeTempDir({ prefix: "hearth-bench-" });
  return await startPeer({
    name: "Deno.upgradeWebSocket",
    folder,
    command: Deno.execPath(),
    args: (port) => ({
      args: [
        ...["run", "-q", "--no-prompt", "--allow-net=127.0.0.1"],
        ...[`${ROOT}bench/dispatch/upgrade_relay.ts`, String(port), String(target)],
      ],
    }),
  });
}

/** nginx that leads by a map, asking about the session or not. */
export async function startNginx(instances: Instances, hasAuth: boolean): Promise<Peer> {
  const folder = await Deno.makeTempDir({ prefix: "hearth-bench-" });
  return await startPeer({
    name: hasAuth ? "nginx, auth_request" : "nginx",
    folder,
    command: NGINX,
    async args(port) {
      const text = nginxConfig({ folder, port, instances, hasAuth });
      await Deno.writeTextFile(`${folder}/nginx.conf`, text);
      return { args: ["-e", "stderr", "-c", `${folder}/nginx.conf`] };
    },
  });
}

interface Recipe {
  readonly name: string;
  readonly folder: string;
  readonly command: string;
  readonly args: (port: number) => Arguments | Promise<Arguments>;
}

interface Arguments {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

async function startPeer({ name, folder, command, args }: Recipe): Promise<Peer> {
  const port = freePort();
  const lines: string[] = [];
  const child = startChild({
    command,
    ...await args(port),
    onLine: (line) => lines.push(line),
  });
  const peer: Peer = {
    name,
    portOf: () => port,
    async peakKb() {
      const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
      return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
    },
    async [Symbol.asyncDispose]() {
      await child.stop(10_000);
      await Deno.remove(folder, { recursive: true });
    },
  };
  try {
    await eventually(`${name} listening`, async () => {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    });
    return peer;
  } catch (error) {
    await peer[Symbol.asyncDispose]();
    throw new Error(lines.join("\n"), { cause: error });
  }
}

function nginxConfig(
  { folder, port, instances, hasAuth }: {
    folder: string;
    port: number;
    instances: Instances;
    hasAuth: boolean;
  },
): string {
  const upstreams = [...instances].map(([user, target]) =>
    `upstream ${user} { server 127.0.0.1:${target}; keepalive 64; }`
  );
  const map = [...instances.keys()].map((user) => `${user} ${user};`);
  const auth = hasAuth ? "auth_request /auth;" : "";
  return `daemon off;
${Deno.uid() === 0 ? "user root;\n" : ""}worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  map $http_x_authentik_username $instance { ${map.join(" ")} }
  ${upstreams.join("\n  ")}
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header Host $http_host;
    proxy_set_header X-authentik-username "";
    proxy_buffering off;
    location / { ${auth} proxy_pass http://$instance; }
    location = /auth {
      internal;
      proxy_pass http://$instance/api/auth/session;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header Connection "";
    }
  }
}
`;
}
