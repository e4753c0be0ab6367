/**
 * nginx as the ingress in front of dispatch: it knows who somebody is by the port they come to, and
 * says so in the identity header.
 *
 * @module
 */
import { eventually } from "./eventually.ts";
import { freePort } from "./free_port.ts";
import { startChild } from "../../core/process.ts";
import { stopWhole } from "./stop_whole.ts";

const NGINX = "/usr/sbin/nginx";

/** An ingress that runs. */
export interface TestIngress extends AsyncDisposable {
  /** The address at which one user is signed in, without a slash at the end. */
  urlOf(user: string): string;
}

/** The configuration of an ingress: what `docs/how-to/put-an-ingress-before-dispatch.md` shows. */
export function ingressConfig(
  directory: string,
  dispatch: string,
  ports: ReadonlyMap<string, number>,
): string {
  const servers = [...ports].map(([user, port]) => `
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://dispatch;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-authentik-username ${user}@example.com;
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
    }
  }`);
  return `daemon off;
${Deno.uid() === 0 ? "user root;\n" : ""}worker_processes 1;
pid ${directory}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  upstream dispatch { server ${dispatch}; keepalive 32; }
${servers.join("\n")}
}
`;
}

/**
 * Starts an ingress for some users.
 *
 * @param dispatch The port of dispatch on loopback, or its address with its port.
 * @param users Who may come.
 */
export async function startIngress(
  dispatch: number | string,
  users: readonly string[],
): Promise<TestIngress> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-ingress-" });
  const ports = new Map(users.map((user) => [user, freePort()]));
  await Deno.writeTextFile(
    `${directory}/nginx.conf`,
    ingressConfig(
      directory,
      typeof dispatch === "number" ? `127.0.0.1:${dispatch}` : dispatch,
      ports,
    ),
  );
  const lines: string[] = [];
  const child = startChild({
    command: NGINX,
    args: ["-e", "stderr", "-c", `${directory}/nginx.conf`],
    onLine: (line) => lines.push(line),
  });
  const ingress: TestIngress = {
    urlOf(user) {
      const port = ports.get(user);
      if (port === undefined) throw new Error(`The ingress knows nobody called ${user}`);
      return `http://127.0.0.1:${port}`;
    },
    async [Symbol.asyncDispose]() {
      await stopWhole(child, 5_000);
      await Deno.remove(directory, { recursive: true });
    },
  };
  try {
    await eventually(`nginx listening: ${lines.join("; ")}`, async () => {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port: [...ports.values()][0] ?? 0 });
      conn.close();
      return true;
    });
    return ingress;
  } catch (error) {
    await ingress[Symbol.asyncDispose]();
    throw new Error(lines.join("\n"), { cause: error });
  }
}
