/**
 * The status page with 500 sites and 200 users in a real Chromium, beside the same page as plain
 * files from nginx; and what 200 pages that are kept live cost the server.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";
import { systemClock } from "../core/clock.ts";
import { CHROMIUM } from "../tests/support/chromium.ts";
import { processorMs } from "../tests/support/processor_time.ts";
import { HOUSE_TOKEN, statusHouse } from "../tests/support/status_house.ts";
import { CROWD } from "../tests/support/status_scene.ts";
import { type BenchReport, type Figures, figures, say } from "./report.ts";
import { startStaticPeer } from "./status_page/static_peer.ts";

const ROUNDS = 15;
const STREAMS = 200;
const HEADERS = { authorization: `Bearer ${HOUSE_TOKEN}` };

/** Measures; says on standard error what it is doing. */
export async function measure(): Promise<BenchReport> {
  await using house = await statusHouse("crowded");
  await using peer = await startStaticPeer(house.url, HEADERS);
  const urls = { ours: house.url, ...(peer === undefined ? {} : { nginx: peer.url }) };
  const cases: Record<string, Figures> = {};
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: Deno.uid() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const seen = Object.entries(urls).map(([name, url]) => (
      { name, url, firstByte: [] as number[], interactive: [] as number[] }
    ));
    for (let round = 0; round < ROUNDS; round++) {
      for (const { url, firstByte, interactive } of seen) {
        const times = await visit(browser, url);
        firstByte.push(times.firstByteMs);
        interactive.push(times.interactiveMs);
      }
      say(`page: round ${round + 1} of ${ROUNDS}`);
    }
    for (const { name, firstByte, interactive } of seen) {
      cases[`first byte, ms: ${name}`] = figures(firstByte);
      cases[`interactive, ms: ${name}`] = figures(interactive);
    }
  } finally {
    await browser.close();
  }
  const { memoryMb, idleShare } = await openStreams(house.url, house.program().pid);
  cases[`${STREAMS} live pages, MB more`] = { p50: memoryMb };
  cases[`${STREAMS} live pages, idle % of a core`] = { p50: 100 * idleShare };
  const bytes = (await (await fetch(house.url, { headers: HEADERS })).bytes()).length;
  return {
    name: "status_page",
    unit: "ms, or as named",
    cases,
    ratios: Object.fromEntries(["first byte", "interactive"].flatMap((what) => {
      const [ours, theirs] = ["ours", "nginx"].map((name) => cases[`${what}, ms: ${name}`]?.p50);
      return ours === undefined || theirs === undefined
        ? []
        : [[`${what}: ours/nginx`, ours / theirs]];
    })),
    notes: [
      `${CROWD.sites} sites, ${CROWD.readers} users, ${bytes} bytes of HTML, nothing in a cache`,
      "nginx sends a copy of the page from disk and asks nobody who they are",
      "interactive: styled, parsed, and the script has run",
      ...(peer === undefined ? ["nginx is not installed (apt-get install nginx-light)"] : []),
    ],
  };
}

async function visit(
  browser: Browser,
  url: string,
): Promise<{ firstByteMs: number; interactiveMs: number }> {
  const context = await browser.newContext({ extraHTTPHeaders: HEADERS });
  try {
    const page = await context.newPage();
    await page.goto(url);
    return await page.evaluate(`(() => {
      const [at] = performance.getEntriesByType("navigation");
      return {
        firstByteMs: at.responseStart - at.requestStart,
        interactiveMs: at.domContentLoadedEventEnd - at.requestStart,
      };
    })()`);
  } finally {
    await context.close();
  }
}

/** Opens as many streams as a server allows, and lets them be. */
async function openStreams(
  url: string,
  pid: number,
): Promise<{ memoryMb: number; idleShare: number }> {
  const before = residentMb(pid);
  const stop = new AbortController();
  const readers: ReadableStreamDefaultReader<Uint8Array>[] = [];
  for (let at = 0; at < STREAMS; at++) {
    const { body } = await fetch(`${url}page/events`, { headers: HEADERS, signal: stop.signal });
    const reader = body?.getReader();
    if (reader === undefined) throw new Error("A stream has no body");
    await reader.read();
    readers.push(reader);
  }
  const [fromMs, usedMs] = [systemClock.monotonic(), processorMs(pid)];
  await systemClock.sleep(12_000);
  const idleShare = (processorMs(pid) - usedMs) / (systemClock.monotonic() - fromMs);
  const memoryMb = residentMb(pid) - before;
  for (const reader of readers) await reader.cancel();
  return { memoryMb, idleShare };
}

function residentMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}
