/**
 * WebSockets through dispatch, which copies bytes and follows frames, beside the runtime's own two ends
 * (`Deno.upgradeWebSocket` before `new WebSocket`), nginx, and nothing between.
 *
 * One instance echoes. A message's time is that until its last byte is back.
 *
 * @module
 */
import { encodeFrame } from "../core/frame_fixture.ts";
import { PingClient, shakeHands } from "./bridge/load.ts";
import { median, middle } from "./bridge/statistics.ts";
import { direct, type Peer, startDispatch, startNginx, startRelay } from "./dispatch/peers.ts";
import { startNode } from "./dispatch/start_node.ts";
import { type BenchReport, type Figures, figures, say } from "./report.ts";

const USER = "ada";
const ROUNDS = 3;
/** How large a message is, and how many a round has; the first tenth warms things up. */
const SIZES = [
  { label: "100 B", sizeBytes: 100, count: 2_000 },
  { label: "64 KiB", sizeBytes: 65_536, count: 200 },
  { label: "1 MiB", sizeBytes: 1 << 20, count: 30 },
  { label: "60 MiB", sizeBytes: 60 << 20, count: 2 },
  { label: "100 MB", sizeBytes: 100_000_000, count: 2 },
] as const;
const CROWD = 32;
const LONGEST_MS = 60_000;

/** Measures. */
export async function measure(): Promise<BenchReport> {
  await using instance = await startNode("echo.ts");
  const port = Number(instance.said);
  const instances = new Map([[USER, port]]);
  const peers = [
    direct(instances),
    await startDispatch(instances),
    await startRelay(port),
    await startNginx(instances, false),
  ];
  const cases: Record<string, Figures> = {};
  const notes: string[] = [];
  try {
    for (const size of SIZES) {
      const rounds = new Map(peers.map(({ name }): [string, Figures[]] => [name, []]));
      for (let round = 0; round < ROUNDS; round++) {
        for (const peer of peers) {
          const came = await echoes(peer, size).catch(String);
          if (typeof came !== "string") rounds.get(peer.name)?.push(came);
          else if (round === 0) notes.push(`${size.label} through ${peer.name}: ${came}`);
        }
      }
      for (const [name, all] of rounds) {
        if (all.length > 0) cases[`${size.label}, ${name}`] = middle(all);
      }
      say(`${size.label} is done`);
    }
    for (const peer of peers) {
      const perSecond = [];
      for (let round = 0; round < ROUNDS; round++) perSecond.push(await crowd(peer));
      cases[`${CROWD} at once, 1 kB, ${peer.name}`] = { "per s": median(perSecond) };
    }
    for (const peer of peers.slice(1)) {
      notes.push(`most memory of ${peer.name}: ${Math.round(await peer.peakKb() / 1_024)} MiB`);
    }
  } finally {
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  }
  return { name: "dispatch_sockets", unit: "ms", cases, ratios: ratiosOf(cases), notes };
}

async function echoes(
  peer: Peer,
  { sizeBytes, count }: (typeof SIZES)[number],
): Promise<Figures> {
  const client = await connect(peer, sizeBytes);
  const timer = setTimeout(() => client.close(), LONGEST_MS);
  try {
    const times: number[] = [];
    for (let turn = -Math.ceil(count / 10); turn < count; turn++) {
      const ms = await client.call();
      if (turn >= 0) times.push(ms);
    }
    client.close();
    return figures(times);
  } finally {
    clearTimeout(timer);
  }
}

/** Everybody sends the next message when the last is back; how many come back in a second. */
async function crowd(peer: Peer): Promise<number> {
  const clients = await Promise.all(Array.from({ length: CROWD }, () => connect(peer, 1_000)));
  await Promise.all(clients.map((client) => client.call()));
  const startedMs = performance.now();
  const each = 200;
  await Promise.all(clients.map(async (client) => {
    for (let turn = 0; turn < each; turn++) await client.call();
  }));
  const seconds = (performance.now() - startedMs) / 1_000;
  for (const client of clients) client.close();
  return CROWD * each / seconds;
}

async function connect(peer: Peer, sizeBytes: number): Promise<PingClient> {
  const fields = `X-authentik-username: ${USER}\r\nCookie: t3_session=x\r\n`;
  const conn = await shakeHands(peer.portOf(USER), "/ws", fields);
  const payload = new Uint8Array(sizeBytes).fill(97);
  const mask = Uint8Array.of(1, 2, 3, 4);
  return new PingClient(conn, encodeFrame({ isFinal: true, opcode: 2, payload, mask }));
}

/** Below 1 dispatch is the better one, but for what is counted in a second. */
function ratiosOf(cases: Readonly<Record<string, Figures>>): Readonly<Record<string, number>> {
  const ratios: Record<string, number> = {};
  for (const [label, theirs] of Object.entries(cases)) {
    const comma = label.lastIndexOf(", ");
    const ours = cases[`${label.slice(0, comma)}, dispatch`];
    if (label.endsWith(", dispatch") || ours === undefined) continue;
    const key = "per s" in theirs ? "per s" : "p50";
    const ratio = (ours[key] ?? Number.NaN) / (theirs[key] ?? Number.NaN);
    ratios[`${label.slice(0, comma)} ${key}, dispatch/${label.slice(comma + 2)}`] = ratio;
  }
  return ratios;
}
