import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { startTestBridge } from "../tests/support/bridge.ts";
import { startChromium } from "../tests/support/chromium.ts";
import { ROOT } from "../tests/support/program.ts";
import { chromeRemoteInterfaceDriver, rawDriver } from "./client_matrix/cdp_driver.ts";
import { drive, type Place, type Step, STEPS } from "./client_matrix/driver.ts";
import { playwrightDriver } from "./client_matrix/playwright_driver.ts";
import { puppeteerDriver } from "./client_matrix/puppeteer_driver.ts";

type Drive = (place: Place) => Promise<Partial<Record<Step, string>>>;

const NODE = "/usr/bin/node";

const CLIENTS: Readonly<Record<string, Drive>> = {
  "Playwright (Node)": async ({ url, site, folder }) => {
    const main = new URL("./client_matrix/node_main.mjs", import.meta.url).pathname;
    const { stdout, stderr } = await runCommand(
      NODE,
      [main, url, site, folder],
      { deadlineMs: 90_000 },
    );
    ok(stdout.startsWith("{"), stderr);
    return JSON.parse(stdout);
  },
  "Playwright (Deno)": (place) => drive(playwrightDriver("Deno"), place),
  "puppeteer-core (browserURL)": (place) => drive(puppeteerDriver("browserURL"), place),
  "puppeteer-core (browserWSEndpoint)": (place) =>
    drive(puppeteerDriver("browserWSEndpoint"), place),
  "chrome-remote-interface": (place) => drive(chromeRemoteInterfaceDriver, place),
  "raw CDP": (place) => drive(rawDriver, place),
};

const ALL_WELL = Object.fromEntries(STEPS.map((step) => [step, "yes"]));

for (const [name, driveClient] of Object.entries(CLIENTS)) {
  Deno.test({
    name: `bridge() serves ${name} by name, through every step, a close and a new browser`,
    // The libraries keep timers and sockets of their own.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const host = await ownName();
      const folder = await Deno.makeTempDir({ prefix: "hearth-matrix-" });
      await using site = serveSite();
      const first = await startChromium();
      await using bridge = await startTestBridge({
        targetPort: first.port,
        env: { BRIDGE_LISTEN_ADDR: "0.0.0.0", BRIDGE_ALLOWED_HOSTS: host },
        flags: ["--allow-net=127.0.0.1,0.0.0.0"],
      });
      const place = { url: `http://${host}:${bridge.port}`, site: site.url, folder };

      const outcome = await driveClient(place);
      const version = await (await fetch(`${first.address}/json/version`)).json();
      await first[Symbol.asyncDispose]();
      await using _second = await startChromium({ port: first.port });
      const again = await driveClient(place);

      deepStrictEqual(outcome, ALL_WELL);
      strictEqual(version.webSocketDebuggerUrl, first.browser.webSocketUrl);
      deepStrictEqual(again, ALL_WELL);
      await Deno.remove(folder, { recursive: true });
    },
  });
}

Deno.test("bridge() has a page that names every client and every step of the matrix", async () => {
  const page = await Deno.readTextFile(`${ROOT}docs/reference/bridge.md`);

  for (const name of Object.keys(CLIENTS)) ok(page.includes(`| ${name}`), name);
  for (const step of STEPS) ok(page.includes(`| ${step} `), step);
});

/** A name of this machine that is not localhost, where it has one. */
async function ownName(): Promise<string> {
  const name = Deno.hostname().toLowerCase();
  try {
    using listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
    using _conn = await Deno.connect({ hostname: name, port: listener.addr.port });
    using _accepted = await listener.accept();
    return name;
  } catch {
    // It does not know itself by that name.
    return "localhost";
  }
}

function serveSite() {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) =>
      new URL(request.url).pathname === "/file"
        ? new Response("downloaded", {
          headers: { "content-disposition": 'attachment; filename="file.txt"' },
        })
        : new Response("<title>sample</title><h1>Sample</h1>", {
          headers: { "content-type": "text/html" },
        }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
