/**
 * The same page as plain files from nginx: what a page costs that nobody has to make.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { startChild } from "../../core/process.ts";
import { freePort } from "../../tests/support/free_port.ts";

const NGINX = "/usr/sbin/nginx";

/** The files of the page, by where they are in the folder; the stream has no file. */
const FILES: Readonly<Record<string, string>> = {
  "/": "index.html",
  "/page/style.css": "page/style.css",
  "/page/script.js": "page/script.js",
  "/page/span_text.js": "page/span_text.js",
  "/page/icon.svg": "page/icon.svg",
};

/** A server of files. */
export interface StaticPeer extends AsyncDisposable {
  /** Where the page is. */
  readonly url: string;
}

/**
 * Copies a page and serves the copy.
 *
 * @param original The page's address.
 * @param headers What it wants to be asked with.
 * @returns `undefined` where nginx is not installed.
 */
export async function startStaticPeer(
  original: string,
  headers: Readonly<Record<string, string>>,
): Promise<StaticPeer | undefined> {
  if (!isThere(NGINX)) return undefined;
  const folder = await Deno.makeTempDir({ prefix: "hearth-bench-page-" });
  await Deno.mkdir(`${folder}/page`);
  for (const [path, file] of Object.entries(FILES)) {
    const response = await fetch(new URL(path, original), { headers });
    await Deno.writeFile(`${folder}/${file}`, await response.bytes());
  }
  await Deno.chmod(folder, 0o755);
  const port = freePort();
  await Deno.writeTextFile(`${folder}/nginx.conf`, configOf(port, folder));
  const lines: string[] = [];
  const child = startChild({
    command: NGINX,
    args: ["-c", `${folder}/nginx.conf`, "-p", folder],
    onLine: (line) => lines.push(line),
  });
  const url = `http://127.0.0.1:${port}/`;
  const lateMs = systemClock.monotonic() + 20_000;
  while (!await answers(url)) {
    if (systemClock.monotonic() > lateMs) {
      await child.stop();
      throw new Error(`nginx did not start: ${lines.slice(-5).join("; ")}`);
    }
    await systemClock.sleep(50);
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      await child.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Not there yet.
    return false;
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    // Not installed.
    return false;
  }
}

function configOf(port: number, folder: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/tmp_${name};`).join(" ");
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
user root;
events { worker_connections 256; }
http {
  access_log off; sendfile on; ${temporary}
  types { text/html html; text/css css; text/javascript js; image/svg+xml svg; }
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`;
}
