/**
 * The bridge beside its peers, in front of the same Chromium in the same run.
 *
 *     deno run -A bench/bridge.ts [--json] [--quick]
 *
 * The rounds of all peers take turns, so that what else the machine does hits them alike; compare
 * figures of one run only. Peers that are not installed are named and left out.
 *
 * @module
 */
import { startChromium } from "../tests/support/chromium.ts";
import {
  connectOnce,
  idleClients,
  PingClient,
  screenshots,
  type SocketPaths,
  socketPaths,
} from "./bridge/load.ts";
import { median, memoryKb } from "./bridge/statistics.ts";
import { type Peer, startPeers } from "./bridge/peers.ts";
import { type BenchReport, type Figures, figures, reportTable, say } from "./report.ts";

type Measure = (peer: Peer, path: SocketPaths) => Promise<readonly number[]>;

const VERSION_CALL = { id: 1, method: "Browser.getVersion" };
const RESULT_CALL = {
  id: 1,
  method: "Runtime.evaluate",
  params: { expression: "'x'.repeat(8_000_000)", returnByValue: true },
};

/** How much to measure. */
export interface BridgeBenchOptions {
  /** A tenth of the measurements, to see that it works. @default {false} */
  isQuick?: boolean;
}

/** Measures every peer that is installed. */
export async function measure(options: BridgeBenchOptions = {}): Promise<BenchReport> {
  const isQuick = options.isQuick ?? false;
  const cases: Record<string, Figures> = {};
  await using browser = await startChromium();
  const { peers, missing } = await startPeers(browser.port);
  try {
    const path = await socketPaths(browser.port);
    for (const [name, measureOne] of Object.entries(measures(isQuick))) {
      const rounds = new Map<string, Figures[]>(peers.map((peer) => [peer.name, []]));
      for (let round = 0; round < (isQuick ? 1 : 5); round++) {
        for (const peer of peers) {
          rounds.get(peer.name)?.push(figures(await measureOne(peer, path)));
        }
      }
      for (const [peer, all] of rounds) {
        cases[`${name}, ${peer}`] = {
          p50: median(all.map((one) => one.p50 ?? Number.NaN)),
          p99: median(all.map((one) => one.p99 ?? Number.NaN)),
        };
      }
      say(`measured ${name}`);
    }
    for (const peer of peers) {
      const kb = await idleMemoryKb(peer, path.browser, isQuick ? 200 : 1_000);
      if (kb !== undefined) cases[`kB an idle connection, ${peer.name}`] = { p50: kb };
    }
  } finally {
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  }
  return {
    name: "bridge",
    unit: "ms",
    cases,
    ratios: ratiosOf(cases, peers),
    notes: [
      ...missing.map(({ name, missing }) => `not measured: ${name} is not installed (${missing})`),
      "node pipe does what the ws() of http-proxy does; python threads is a minimal splice",
      "memory is what a process that has served before grows by, shared pages by their share",
      "each figure is the median of its rounds; the rounds of all peers take turns",
    ],
  };
}

function measures(isQuick: boolean): Readonly<Record<string, Measure>> {
  const turns = (count: number) => isQuick ? Math.ceil(count / 10) : count;
  return {
    "round trip": (peer, path) => roundTrips(peer, path.browser, 1, turns(2_000)),
    "round trip of 50 clients": (peer, path) => roundTrips(peer, path.browser, 50, turns(40)),
    "round trip of 500 clients": (peer, path) => roundTrips(peer, path.browser, 500, turns(6)),
    "connect": async (peer, path) => {
      // The first ones compile what the others run.
      for (let turn = 0; turn < 20; turn++) await connectOnce(peer.port, path.browser);
      return await repeat(turns(100), () => connectOnce(peer.port, path.browser));
    },
    "result of 8 MB": async (peer, path) => {
      const client = await PingClient.connect(peer.port, path.page, RESULT_CALL);
      await client.call();
      const times = await repeat(turns(8), () => client.call());
      client.close();
      return times;
    },
    "screenshot of 1.5 MB": (peer) => screenshots(peer.port, turns(10)),
  };
}

async function roundTrips(peer: Peer, path: string, clients: number, calls: number) {
  const all: PingClient[] = [];
  for (let at = 0; at < clients; at++) {
    all.push(await PingClient.connect(peer.port, path, VERSION_CALL));
  }
  await Promise.all(all.map((client) => client.call()));
  const times = await Promise.all(all.map((client) => repeat(calls, () => client.call())));
  for (const client of all) client.close();
  return times.flat();
}

async function repeat(count: number, once: () => Promise<number>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn++) times.push(await once());
  return times;
}

async function idleMemoryKb(
  peer: Peer,
  path: string,
  count: number,
): Promise<number | undefined> {
  if (peer.pid === undefined) return undefined;
  const before = await memoryKb(peer.pid);
  using _clients = await idleClients(peer.port, path, count);
  return ((await memoryKb(peer.pid)) - before) / count;
}

/** Below 1 the bridge is the better one. */
function ratiosOf(
  cases: Readonly<Record<string, Figures>>,
  peers: readonly Peer[],
): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const [label, ours] of Object.entries(cases)) {
    if (!label.endsWith(", bridge")) continue;
    const name = label.slice(0, -", bridge".length);
    for (const peer of peers) {
      const theirs = cases[`${name}, ${peer.name}`];
      if (peer.name === "bridge" || theirs === undefined) continue;
      for (const key of ["p50", "p99"]) {
        const ratio = (ours[key] ?? Number.NaN) / (theirs[key] ?? Number.NaN);
        if (Number.isFinite(ratio)) ratios[`${name} ${key}, bridge/${peer.name}`] = ratio;
      }
    }
  }
  return ratios;
}

if (import.meta.main) {
  const report = await measure({ isQuick: Deno.args.includes("--quick") });
  const text = Deno.args.includes("--json") ? JSON.stringify(report) : reportTable(report);
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
