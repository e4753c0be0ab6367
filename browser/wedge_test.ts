/**
 * Wedges of a real Chromium: each of its processes stopped in turn, and a busy page that is none.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../tests/support/eventually.ts";
import { runningProcesses, signalIfThere } from "../tests/support/processes.ts";
import { startReadyBrowser, type WarmBrowser } from "../tests/support/warm_browser.ts";

/** Quick enough to test, slow enough for a loaded machine. */
const IMPATIENT = {
  BROWSER_PROBE_INTERVAL_MS: "200",
  BROWSER_PROBE_DEADLINE_MS: "2500",
  BROWSER_PROBE_MISSES: "2",
};

/** Where nothing may be missed, however loaded the machine is. */
const PATIENT = { ...IMPATIENT, BROWSER_PROBE_DEADLINE_MS: "30000" };

for (
  const { stopped, cause, args } of [
    { stopped: "browser", cause: "browser", args: [] },
    // Chromium's main thread waits for the process it forks new ones from.
    { stopped: "zygote", cause: "browser", args: [] },
    { stopped: "renderer", cause: "renderer", args: [] },
    // About one time in fifty the main thread itself is caught waiting for the process that draws.
    { stopped: "gpu-process", cause: "(?:gpu|browser)", args: [] },
    { stopped: "gpu-process", cause: "(?:gpu|browser)", args: ["--headless"] },
    { stopped: "utility --utility-sub-type=network", cause: "network", args: [] },
  ]
) {
  const name = `watchChromium() names the process and restarts Chromium when ${stopped} is stopped`;
  Deno.test([name, ...args].join(" with "), async () => {
    await using browser = await startReadyBrowser({ env: IMPATIENT, args });
    await eventually("a first probe", () => hasProbed(browser));
    const before = browser.pidOf("chromium");
    using stopping = keepStopped(before, stopped);

    const sick = await eventually("failing liveness", async () => {
      const answer = await browser.health("/healthz");
      return answer.status === 503 && answer;
    });
    assert.match(sick.text, new RegExp(`error chromium_wedged: Chromium's ${cause} process`));
    await eventually("a new Chromium", () => browser.pidOf("chromium") !== before);
    await eventually("liveness", async () => (await browser.health("/healthz")).status === 200);
    const left = runningProcesses().filter(({ pid, group }) =>
      group === before && stopping.pids.has(pid)
    );
    assert.deepEqual(left, []);
    const { text } = await browser.health("/metrics");
    assert.match(text, /hearth_browser_wedge_restarts_total [1-9]/);
    assert.match(text, new RegExp(`probe_misses_total\\{cause="${cause}"\\} [1-9]`));
  });
}

Deno.test("watchChromium() asks a fresh page when the last one's renderer is stuck", async () => {
  const env = { ...IMPATIENT, BROWSER_PROBE_MISSES: "10" };
  await using browser = await startReadyBrowser({ env });
  await eventually("a first probe", () => hasProbed(browser));
  const before = browser.pidOf("chromium");

  keepStopped(before, "renderer")[Symbol.dispose]();

  const count = await probeCount(browser);
  await eventually("five more probes", async () => await probeCount(browser) >= count + 5);
  assert.equal((await browser.health("/healthz")).status, 200);
  assert.equal(browser.pidOf("chromium"), before);
});

Deno.test("watchChromium() stays calm when a person's page is in an endless loop", async () => {
  await using browser = await startReadyBrowser({ env: PATIENT });
  using cdp = await browser.connect();
  const { targetId } = await cdp.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await cdp.send("Target.attachToTarget", { targetId, flatten: true });
  await cdp.send("Runtime.evaluate", { expression: "1" }, { sessionId });

  const busy = cdp.send("Runtime.evaluate", { expression: "while (true);" }, { sessionId })
    .catch(() => "cut off");
  const before = await probeCount(browser);
  await eventually("five more probes", async () => await probeCount(browser) >= before + 5);

  const { text } = await browser.health("/metrics");
  assert.match(text, /probe_misses_total\{cause="renderer"\} 0/);
  assert.equal((await browser.health("/readyz")).status, 200);
  cdp.close();
  assert.equal(await busy, "cut off");
});

Deno.test("probeBrowser() shows no tab to a person", async () => {
  await using browser = await startReadyBrowser({ env: PATIENT });
  using cdp = await browser.connect();
  const pages: string[] = [];
  cdp.on("Target.targetCreated", ({ targetInfo }) => {
    if (targetInfo.type === "page" || targetInfo.type === "tab") pages.push(targetInfo.url);
  });
  await cdp.send("Target.setDiscoverTargets", { discover: true });
  await eventually("the first tab", () => pages.length > 0);
  pages.length = 0;

  const before = await probeCount(browser);
  await eventually("three more probes", async () => await probeCount(browser) >= before + 3);

  assert.deepEqual(pages, []);
});

/** Stops every process of a kind, also those that Chromium starts while it is held. */
function keepStopped(leader: number, which: string): Disposable & { pids: ReadonlySet<number> } {
  const pids = new Set<number>();
  function stopAll(): void {
    for (const { pid, group, command } of runningProcesses()) {
      if (group !== leader || pids.has(pid)) continue;
      const isMeant = which === "browser" ? pid === leader : command.includes(`--type=${which}`);
      if (!isMeant) continue;
      pids.add(pid);
      signalIfThere(pid, "SIGSTOP");
    }
  }
  stopAll();
  const timer = setInterval(stopAll, 5);
  return { pids, [Symbol.dispose]: () => clearInterval(timer) };
}

async function hasProbed(browser: WarmBrowser): Promise<boolean> {
  return await probeCount(browser) > 0;
}

async function probeCount(browser: WarmBrowser): Promise<number> {
  const { text } = await browser.health("/metrics");
  return Number(/^hearth_browser_probe_duration_seconds_count (\d+)$/m.exec(text)?.[1] ?? 0);
}
