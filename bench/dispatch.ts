/**
 * Dispatch beside nginx, in front of the same two hundred instances, in the same run.
 *
 * Every answer is checked to be that of the asker's own instance; one that is not ends the benchmark.
 * nginx leads people by a map and knows of no sessions; with `auth_request` it asks the instance about
 * the session at every request, which dispatch does for pages only.
 *
 * @module
 */
import { download, LoadClient } from "./dispatch/load.ts";
import { direct, type Peer, startDispatch, startNginx } from "./dispatch/peers.ts";
import { startNode } from "./dispatch/start_node.ts";
import { median, middle } from "./bridge/statistics.ts";
import { type BenchReport, type Figures, figures, say } from "./report.ts";

const USERS = 200;
const AT_ONCE = 50;
const ROUNDS = 3;
/** Two for each who asks; nginx closes idle clients where it comes near its limit. */
const FILES_EACH = 2.5;
const DOWNLOAD_BYTES = 1_000_000_000;

/** Measures. */
export async function measure(): Promise<BenchReport> {
  await using running = await startNode("instances.mjs", String(USERS));
  const ports = running.said.split(",").map(Number);
  const instances = new Map(ports.map((port, at) => [`user${at}`, port]));
  const peers = [
    direct(instances),
    await startDispatch(instances),
    await startNginx(instances, false),
    await startNginx(instances, true),
  ];
  const atOnce = Math.min(AT_ONCE, Math.floor((await openFiles() - 400) / FILES_EACH / USERS));
  const cases: Record<string, Figures> = {};
  let answers = 0;
  try {
    const rounds = new Map<string, { one: Figures[]; many: Figures[]; rate: number[] }>();
    for (const peer of peers) rounds.set(peer.name, { one: [], many: [], rate: [] });
    for (let round = 0; round < ROUNDS; round++) {
      for (const peer of peers) {
        const all = rounds.get(peer.name);
        all?.one.push(figures(await oneByOne(peer, instances)));
        const crowd = await allAtOnce(peer, instances, atOnce).catch((cause) => {
          throw new Error(`${peer.name}: ${cause}`, { cause });
        });
        answers += crowd.times.length;
        all?.many.push(figures(crowd.times));
        all?.rate.push(crowd.perSecond);
      }
      say(`round ${round + 1} of ${ROUNDS} is done`);
    }
    for (const [name, { one, many, rate }] of rounds) {
      cases[`one at a time, ${name}`] = middle(one);
      cases[`${USERS} users, ${atOnce} at once each, ${name}`] = {
        ...middle(many),
        "per s": median(rate),
      };
    }
    for (const peer of peers) {
      await download(peer.portOf("user0"), "user0", DOWNLOAD_BYTES / 10);
      const times = [];
      for (let turn = 0; turn < 3; turn++) {
        times.push(await download(peer.portOf("user0"), "user0", DOWNLOAD_BYTES));
      }
      cases[`download of 1 GB, ${peer.name}`] = { p50: median(times) };
    }
  } finally {
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  }
  return {
    name: "dispatch",
    unit: "ms",
    cases,
    ratios: ratiosOf(cases, peers),
    notes: [
      `${answers} answers in the crowd, each from the asker's own instance`,
      ...(atOnce < AT_ONCE
        ? [`${atOnce} at once, since a process may not open more files here`]
        : []),
      "all instances are one process of Node, the load another of Deno, on the same processors",
      "each figure is the median of its rounds; the rounds of all take turns",
    ],
  };
}

async function oneByOne(peer: Peer, instances: ReadonlyMap<string, number>) {
  const user = "user0";
  const client = await LoadClient.connect(peer.portOf(user), user, instances.get(user) ?? 0);
  const times: number[] = [];
  for (let turn = 0; turn < 1_200; turn++) {
    const ms = await client.ask();
    if (turn >= 200) times.push(ms);
  }
  client.close();
  return times;
}

/** Everybody asks four times on every connection, as fast as answers come. */
async function allAtOnce(peer: Peer, instances: ReadonlyMap<string, number>, atOnce: number) {
  const clients: LoadClient[] = [];
  for (const [user, port] of instances) {
    const mine = Array.from(
      { length: atOnce },
      () => LoadClient.connect(peer.portOf(user), user, port),
    );
    clients.push(...await Promise.all(mine));
  }
  await Promise.all(clients.map((client) => client.ask()));
  const startedMs = performance.now();
  const times = await Promise.all(clients.map(async (client) => {
    const mine: number[] = [];
    for (let turn = 0; turn < 4; turn++) mine.push(await client.ask());
    return mine;
  }));
  const seconds = (performance.now() - startedMs) / 1_000;
  for (const client of clients) client.close();
  return { times: times.flat(), perSecond: clients.length * 4 / seconds };
}

/** Below 1 dispatch is the better one; beside "direct" it is what dispatch costs. */
function ratiosOf(cases: Readonly<Record<string, Figures>>, peers: readonly Peer[]) {
  const ratios: Record<string, number> = {};
  for (const [label, ours] of Object.entries(cases)) {
    if (!label.endsWith(", dispatch")) continue;
    const what = label.slice(0, -", dispatch".length);
    for (const { name } of peers) {
      if (name === "dispatch") continue;
      const theirs = cases[`${what}, ${name}`];
      for (const key of ["p50", "p99"]) {
        const ratio = (ours[key] ?? Number.NaN) / (theirs?.[key] ?? Number.NaN);
        if (Number.isFinite(ratio)) ratios[`${what} ${key}, dispatch/${name}`] = ratio;
      }
    }
  }
  return ratios;
}

/** How many files a process may have open here. */
async function openFiles(): Promise<number> {
  const limits = await Deno.readTextFile("/proc/self/limits");
  return Number(/^Max open files\s+\d+\s+(\d+)/m.exec(limits)?.[1] ?? 1_024);
}
