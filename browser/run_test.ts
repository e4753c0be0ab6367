/**
 * The whole of `browser.ts` with the real Xvfb, Chromium, x11vnc and websockify.
 *
 * @module
 */
import assert from "node:assert/strict";
import { withDeadline } from "../core/deadline.ts";
import { eventually } from "../tests/support/eventually.ts";
import { runningProcesses } from "../tests/support/processes.ts";
import { tempProfile } from "../tests/support/temp_profile.ts";
import { startReadyBrowser, type WarmBrowser } from "../tests/support/warm_browser.ts";

Deno.test("runBrowser() serves CDP, the live view and health when everything is up", async () => {
  await using browser = await startReadyBrowser();

  using cdp = await browser.connect();
  const { product } = await cdp.send("Browser.getVersion");
  const page = await fetch(`http://127.0.0.1:${browser.ports.view}/vnc.html`);
  await page.body?.cancel();
  const greeting = await firstViewBytes(browser.ports.view, "127.0.0.1");
  const alive = await browser.health("/healthz");
  const ready = await browser.health("/readyz");
  const metrics = await browser.health("/metrics");

  assert.match(product, /^Chrome\//);
  assert.equal(page.status, 200);
  assert.match(greeting, /^RFB \d{3}\.\d{3}\n$/);
  assert.deepEqual(alive, { status: 200, text: "ok\n" });
  assert.deepEqual(ready, { status: 200, text: "ok\n" });
  assert.match(metrics.text, /hearth_browser_part_up\{part="chromium"\} 1/);
});

Deno.test("runBrowser() listens on loopback only", async () => {
  await using browser = await startReadyBrowser();

  const addresses = listeners(Object.values(browser.ports));

  assert.deepEqual(
    addresses,
    Object.fromEntries(
      Object.values(browser.ports).map((port) => [port, ["127.0.0.1"]]),
    ),
  );
});

Deno.test("runBrowser() refuses a foreign page the live view", async () => {
  await using browser = await startReadyBrowser();

  await assert.rejects(firstViewBytes(browser.ports.view, "evil.example"));
});

for (const part of ["display", "chromium", "x11vnc", "websockify"]) {
  Deno.test(`runBrowser() brings ${part} back when it is killed`, async () => {
    await using browser = await startReadyBrowser();
    const before = browser.pidOf(part);

    Deno.kill(before, "SIGKILL");
    await eventually(`${part} coming back`, () => browser.pidOf(part) !== before);

    await eventually("readiness", async () => (await browser.health("/readyz")).status === 200);
    const { text } = await browser.health("/metrics");
    assert.match(text, new RegExp(`part_restarts_total\\{part="${part}"\\} 1`));
    await eventually("the live view", () => firstViewBytes(browser.ports.view, "127.0.0.1"));
  });
}

Deno.test("runBrowser() leaves no process when it is interrupted", async () => {
  await using browser = await startReadyBrowser();

  browser.program.kill("SIGINT");
  const code = await exitOf(browser);

  assert.equal(code, 0);
  assert.deepEqual(processesOf(browser.profile), []);
});

Deno.test("runBrowser() leaves no process when it is killed, and starts again", async () => {
  await using place = tempProfile();
  const profile = place.path;
  await using browser = await startReadyBrowser({ profile });
  const groups = ["display", "chromium", "x11vnc", "websockify"].map(browser.pidOf);
  // By number and command: a busy machine gives the number of one that is gone to another.
  const nameOf = ({ pid, command }: { pid: number; command: string }) => `${pid} ${command}`;
  const before = runningProcesses().filter(({ group }) => groups.includes(group)).map(nameOf);
  assert.ok(before.length > groups.length);

  browser.program.kill("SIGKILL");
  await exitOf(browser);

  await using again = await startReadyBrowser({ profile });
  assert.ok(again.pidOf("chromium") > 0);
  await eventually(
    "the last process being gone",
    () => !runningProcesses().some((one) => before.includes(nameOf(one))),
  );
});

/** The first message of the VNC session behind the live view. */
async function firstViewBytes(port: number, originHost: string): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/websockify`, {
    protocols: ["binary"],
    headers: { origin: `http://${originHost}:${port}` },
  });
  socket.binaryType = "arraybuffer";
  const closed = new Promise((resolve) => socket.onclose = resolve);
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(new TextDecoder().decode(data));
      // What comes after the first message is ignored: a promise settles once.
      closed.then(() => reject(new Error("The live view ended the connection")));
    });
  } finally {
    socket.close();
    await closed;
  }
}

/** The addresses that are listened on, by port, from `/proc/net/tcp` and `/proc/net/tcp6`. */
function listeners(ports: readonly number[]): Record<number, string[]> {
  const found: Record<number, string[]> = {};
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of Deno.readTextFileSync(table).split("\n").slice(1)) {
      const [, local = "", , state] = line.trim().split(/\s+/);
      const [address = "", port = ""] = local.split(":");
      if (state !== "0A" || !ports.includes(parseInt(port, 16))) continue;
      (found[parseInt(port, 16)] ??= []).push(
        address === "0100007F" ? "127.0.0.1" : address,
      );
    }
  }
  return found;
}

function processesOf(profile: string): readonly string[] {
  return runningProcesses().map(({ command }) => command)
    .filter((command) => command.includes(profile));
}

/** Its exit code, waited for. */
function exitOf(browser: WarmBrowser): Promise<number> {
  return withDeadline(browser.program.exitCode, 90_000, "The end of browser.ts");
}
