/**
 * The bridge beside its peers, in front of the same Chromium in the same run.
 *
 *     deno run -A bench/bridge.ts [--json] [--quick] [--only=NAME,…]
 *
 * Rounds take turns through the peers, so that what else the machine does hits all of them alike;
 * each figure is the median of its rounds. Compare figures of one run only.
 *
 * @module
 */
import { startChromium } from "../tests/support/chromium.ts";
import { connectOnce, idleClients, PingClient, screenshots, socketPaths } from "./bridge/load.ts";
import { type Peer, startPeers } from "./bridge/peers.ts";
import { median, memoryKb, summarise, type Summary } from "./bridge/statistics.ts";

type Measure = (peer: Peer, path: { browser: string; page: string }) => Promise<Summary>;

const ARGS = new Set(Deno.args);
const IS_QUICK = ARGS.has("--quick");
const ONLY = Deno.args.find((arg) => arg.startsWith("--only="))?.slice(7).split(",");
const ROUNDS = IS_QUICK ? 2 : 5;
const VERSION_CALL = { id: 1, method: "Browser.getVersion" };
const RESULT_CALL = {
  id: 1,
  method: "Runtime.evaluate",
  params: { expression: "'x'.repeat(8_000_000)", returnByValue: true },
};

const MEASURES: Readonly<Record<string, Measure>> = {
  "round trip, 1 client": (peer, path) => roundTrips(peer, path.browser, 1, IS_QUICK ? 500 : 2_000),
  "round trip, 50 clients": (peer, path) => roundTrips(peer, path.browser, 50, 40),
  "round trip, 500 clients": (peer, path) => roundTrips(peer, path.browser, 500, 6),
  "connect": (peer, path) => repeat(IS_QUICK ? 20 : 60, () => connectOnce(peer.port, path.browser)),
  "result of 8 MB": async (peer, path) => {
    const client = await PingClient.connect(peer.port, path.page, RESULT_CALL);
    await client.call();
    const summary = await repeat(IS_QUICK ? 4 : 8, () => client.call());
    client.close();
    return summary;
  },
  "screenshot of 1.5 MB": async (peer) =>
    summarise(await screenshots(peer.port, IS_QUICK ? 4 : 10)),
};

async function roundTrips(peer: Peer, path: string, clients: number, calls: number) {
  const all: PingClient[] = [];
  for (let at = 0; at < clients; at++) {
    all.push(await PingClient.connect(peer.port, path, VERSION_CALL));
  }
  await Promise.all(all.map((client) => client.call()));
  const times = await Promise.all(all.map(async (client) => {
    const own: number[] = [];
    for (let turn = 0; turn < calls; turn++) own.push(await client.call());
    return own;
  }));
  for (const client of all) client.close();
  return summarise(times.flat());
}

async function repeat(count: number, measure: () => Promise<number>): Promise<Summary> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn++) times.push(await measure());
  return summarise(times);
}

async function idleMemory(peer: Peer, path: string): Promise<number | undefined> {
  if (peer.pid === undefined) return undefined;
  const count = IS_QUICK ? 200 : 1_000;
  const before = await memoryKb(peer.pid);
  using _clients = await idleClients(peer.port, path, count);
  return ((await memoryKb(peer.pid)) - before) / count;
}

await using browser = await startChromium();
const { peers, missing } = await startPeers(browser.port);
const cases: Record<string, Record<string, number>> = {};
const say = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
try {
  const path = await socketPaths(browser.port);
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (ONLY !== undefined && !ONLY.some((part) => name.includes(part))) continue;
    const rounds = new Map<string, Summary[]>(peers.map((peer) => [peer.name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const peer of peers) rounds.get(peer.name)?.push(await measure(peer, path));
    }
    for (const [peer, all] of rounds) {
      cases[`${name}: ${peer}`] = {
        p50: median(all.map((summary) => summary.p50)),
        p99: median(all.map((summary) => summary.p99)),
        count: all.reduce((sum, summary) => sum + summary.count, 0),
      };
    }
    say(`measured ${name}`);
  }
  if (ONLY === undefined || ONLY.includes("memory")) {
    for (const peer of peers) {
      const kb = await idleMemory(peer, path.browser);
      if (kb !== undefined) cases[`idle connection, kB: ${peer.name}`] = { p50: kb };
    }
    say("measured memory");
  }
} finally {
  for (const peer of peers) await peer[Symbol.asyncDispose]();
}

const ratios: Record<string, number> = {};
for (const [name, figures] of Object.entries(cases)) {
  const [measure, peer] = name.split(": ") as [string, string];
  const ours = cases[`${measure}: bridge`];
  if (peer === "bridge" || ours === undefined) continue;
  for (const key of ["p50", "p99"] as const) {
    if (figures[key] !== undefined && ours[key] !== undefined) {
      ratios[`${measure} ${key}: bridge/${peer}`] = ours[key] / figures[key];
    }
  }
}
if (ARGS.has("--json")) {
  print(JSON.stringify({ name: "bridge", unit: "ms", cases, ratios, missing }));
} else {
  const format = (value: number | undefined) => (value?.toFixed(3) ?? "").padStart(10);
  print(`${"ms".padEnd(46)}${"p50".padStart(10)}${"p99".padStart(10)}   bridge/peer p50`);
  for (const [name, { p50, p99 }] of Object.entries(cases)) {
    const [measure, peer] = name.split(": ") as [string, string];
    const ratio = ratios[`${measure} p50: bridge/${peer}`];
    print(`${name.padEnd(46)}${format(p50)}${format(p99)}   ${ratio?.toFixed(2) ?? ""}`);
  }
}
for (const peer of missing) say(`not measured: ${peer.name} is not installed (${peer.missing})`);

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
