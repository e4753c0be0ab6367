/**
 * What a harvest costs: the cookie poll, a cold and an incremental pass, and watching while nothing
 * happens.
 *
 * @module
 */
import type { CdpClient } from "../cdp/client.ts";
import { systemClock } from "../core/clock.ts";
import { createLogger } from "../core/log.ts";
import { openGenerations } from "../snapshot/generations.ts";
import { type BrowserConnection, connectBrowser } from "../snapshot/harvest/connect_browser.ts";
import { readCookies } from "../snapshot/harvest/cookies.ts";
import { fullPass } from "../snapshot/harvest/full_pass.ts";
import { createHarvestState } from "../snapshot/harvest/harvest_state.ts";
import type { Ledger } from "../snapshot/harvest/ledger.ts";
import { readOrigins } from "../snapshot/harvest/read_origins.ts";
import type { StorageState } from "../snapshot/storage_state.ts";
import { startChromium, type TestChromium } from "../tests/support/chromium.ts";
import { sitDown } from "../tests/support/person.ts";
import { startProgram } from "../tests/support/program.ts";
import { startSite } from "../tests/support/site.ts";
import { type BenchReport, figures } from "./report.ts";

const COOKIES = 3_000;
const COOKIE_HOSTS = 300;
const ORIGINS = 1_000;
const CHANGED = 10;
const IDLE_MS = 20_000;
const FRAMES_MS = 8_000;

/** Measures on one Chromium with 3,000 cookies. */
export async function measure(): Promise<BenchReport> {
  await using chromium = await startChromium();
  const dir = await Deno.makeTempDir({ prefix: "hearth-bench-" });
  try {
    const browser = await connectBrowser(new URL(chromium.address));
    using _client = browser.client;
    await setCookies(browser.client, COOKIES, COOKIE_HOSTS, "first");
    const poll = await measurePoll(browser.client);
    const passes = await measurePasses(browser, chromium, dir);
    const frames = await measureFrames(browser, chromium);
    const idle = await measureIdle(chromium, dir);
    return {
      name: "harvest",
      unit: "ms",
      cases: { [`poll of ${COOKIES} cookies`]: poll, ...passes },
      ratios: {
        "incremental/cold pass": (passes[`incremental pass, ${CHANGED} changed`]?.p50 ?? NaN) /
          (passes[`cold pass, ${ORIGINS} origins`]?.p50 ?? NaN),
        "frames of a page, harvesting/not": frames,
        "cores used by --watch, idle": idle.harvester,
        "cores used by Chromium meanwhile": idle.browser,
      },
      notes: [`idle is measured over ${IDLE_MS / 1_000} s, once nothing has happened for a while`],
    };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function setCookies(
  client: CdpClient,
  count: number,
  hosts: number,
  value: string,
): Promise<void> {
  const cookies = Array.from({ length: count }, (_, n) => ({
    name: `cookie-${Math.floor(n / hosts)}`,
    value: `${value}-${"x".repeat(100)}`,
    domain: `origin-${n % hosts}.example`,
    path: "/",
    secure: true,
    expires: systemClock.now() / 1_000 + 86_400,
  }));
  await client.send("Storage.setCookies", { cookies });
}

async function measurePoll(client: CdpClient): Promise<ReturnType<typeof figures>> {
  const times: number[] = [];
  for (let n = 0; n < 40; n++) times.push(await timed(() => readCookies(client)));
  return figures(times);
}

async function measurePasses(
  browser: BrowserConnection,
  chromium: TestChromium,
  dir: string,
): Promise<Record<string, ReturnType<typeof figures>>> {
  const log = createLogger({ component: "bench", level: "error", write() {} });
  const known = Array.from({ length: ORIGINS }, (_, n) => `https://origin-${n}.example`);
  await Deno.writeTextFile(`${dir}/known-origins.json`, JSON.stringify(known));
  const generations = await openGenerations({ dir, clock: systemClock });
  let ledger: Ledger = {};
  let previous: StorageState | undefined;
  async function pass(): Promise<number> {
    const state = createHarvestState({ previous, log, now: () => systemClock.now() });
    const ms = await timed(async () => {
      ledger = await fullPass({
        browser,
        profileDir: chromium.profile,
        generations,
        state,
        previous,
        ledger,
        clock: systemClock,
        log,
        signal: new AbortController().signal,
      });
    });
    previous = state.snapshot();
    return ms;
  }
  const cold = await pass();
  // Reading an origin gives it a quota bucket, a trace that is known after the next pass.
  await pass();
  const incremental: number[] = [];
  for (let n = 0; n < 10; n++) {
    await setCookies(browser.client, CHANGED, CHANGED, `change ${n}`);
    incremental.push(await pass());
  }
  return {
    [`cold pass, ${ORIGINS} origins`]: figures([cold]),
    [`incremental pass, ${CHANGED} changed`]: figures(incremental),
  };
}

/** Frames a page in the foreground draws while other origins are read, by those it draws without. */
async function measureFrames(browser: BrowserConnection, chromium: TestChromium): Promise<number> {
  using person = await sitDown(chromium.address);
  await using site = startSite();
  const tab = await person.open(`${site.origin("animation")}/`);
  const count = () =>
    tab.evaluate(`new Promise((resolve) => {
      let frames = 0;
      const end = performance.now() + ${FRAMES_MS};
      const draw = () => {
        frames++;
        document.body.style.transform = "rotate(" + frames + "deg)";
        document.title = "frame " + frames;
        performance.now() < end ? requestAnimationFrame(draw) : resolve(frames);
      };
      requestAnimationFrame(draw);
    })`).then(Number);
  const quiet = await count();
  const stop = new AbortController();
  const origins = Array.from({ length: 5_000 }, (_, n) => `https://origin-${n % ORIGINS}.example`);
  const reading = readOrigins(browser.client, origins, { signal: stop.signal });
  const busy = await count();
  stop.abort();
  await reading;
  await tab.close();
  return busy / quiet;
}

/** Cores used by a watching harvester and by the browser it watches. */
async function measureIdle(
  chromium: TestChromium,
  dir: string,
): Promise<{ harvester: number; browser: number }> {
  await using harvester = startProgram("harvester", {
    args: ["--watch"],
    env: { CDP_URL: chromium.address, SNAPSHOT_DIR: dir, PROFILE_DIR: chromium.profile },
    flags: [
      `--allow-net=127.0.0.1:${chromium.port}`,
      `--allow-read=${dir},${chromium.profile}`,
      `--allow-write=${dir}`,
    ],
  });
  await harvester.line(/first harvest done/, 300_000);
  await systemClock.sleep(IDLE_MS);
  const before = [cpuSeconds(harvester.pid), cpuSeconds(chromium.child.pid)] as const;
  await systemClock.sleep(IDLE_MS);
  const after = [cpuSeconds(harvester.pid), cpuSeconds(chromium.child.pid)] as const;
  const cores = (at: 0 | 1) => (after[at] - before[at]) / (IDLE_MS / 1_000);
  return { harvester: cores(0), browser: cores(1) };
}

/** User and system time of a process (man 5 proc: fields 14 and 15, in ticks of 10 ms). */
function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = systemClock.monotonic();
  await work();
  return systemClock.monotonic() - startedMs;
}
