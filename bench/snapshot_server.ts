/**
 * The snapshot server beside its peers: the whole body of 1 MB, "nothing new", and a crowd of
 * followers woken by one rename. All on loopback, all in one run.
 *
 * Rounds take turns through the peers, so that what else the machine does hits all of them alike;
 * each figure is over the rounds. Compare figures of one run only.
 *
 * @module
 */
import { canonicalBytes } from "../snapshot/canonical.ts";
import { type BenchReport, type Figures, figures, say } from "./report.ts";
import { crowd, tagOf, wrk } from "./snapshot_server/load.ts";
import { type Peer, startPeers, TOKEN } from "./snapshot_server/peers.ts";

const ROUNDS = 5;
const FOLLOWERS = 2_000;
/** A thread each: more would measure the machine's limit of threads. */
const FOLLOWERS_OF_PYTHON = 500;

/** Measures; says on standard error what it is doing. */
export async function measure(): Promise<BenchReport> {
  const folder = await Deno.makeTempDir({ prefix: "hearth-bench-" });
  const file = `${folder}/storage-state.json`;
  let version = 0;
  async function replace(cookieCount = 3_000): Promise<void> {
    await Deno.writeFile(`${file}.new`, snapshot(++version, cookieCount));
    await Deno.rename(`${file}.new`, file);
  }
  await replace();
  const { size } = await Deno.stat(file);
  const { peers, missing } = await startPeers(file, folder);
  const cases: Record<string, Figures> = {};
  const failures: string[] = [];
  try {
    for (const what of ["200", "304"] as const) {
      const rounds = new Map(
        peers.map(({ name }) => [name, { rates: [] as number[], costs: [] as number[] }]),
      );
      for (let round = 0; round < ROUNDS; round++) {
        for (const peer of peers) {
          const seen = await wrk(peer, what === "304" ? await tagOf(peer) : undefined);
          if (seen.failures > 0) failures.push(`${seen.failures} of ${peer.name}, ${what}`);
          rounds.get(peer.name)?.rates.push(seen.perSecond);
          rounds.get(peer.name)?.costs.push(seen.processorUs);
        }
        say(`${what}: round ${round + 1} of ${ROUNDS}`);
      }
      for (const [name, { rates, costs }] of rounds) {
        cases[`${what}, answers/s: ${name}`] = figures(rates);
        cases[`${what}, processor µs each: ${name}`] = figures(costs);
      }
    }
    for (const peer of peers.filter(({ canWait }) => canWait)) {
      const count = peer.name.startsWith("python") ? FOLLOWERS_OF_PYTHON : FOLLOWERS;
      // Small: a body of 1 MB would measure how fast the test reads 2 GB.
      await replace(20);
      await untilServed(peer, version);
      const { wakeMs, idleShare } = await crowd(peer, count, () => replace(20));
      cases[`${count} followers, ms until woken: ${peer.name}`] = figures(wakeMs);
      cases[`${count} followers, idle % of a core: ${peer.name}`] = { p50: 100 * idleShare };
      say(`${count} followers: ${peer.name}`);
    }
  } finally {
    for (const peer of peers) await peer[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
  return {
    name: "snapshot_server",
    unit: "answers/s, or as named",
    cases,
    ratios: ratiosOf(cases),
    notes: [
      `the body has ${size} bytes, sent as it is; wrk with 32 connections, one thread`,
      "processor time hardly depends on what else the machine does; answers a second do",
      "nginx and Caddy serve the file from disk and know no long poll",
      ...missing,
      ...failures.map((text) => `failed: ${text}`),
    ],
  };
}

/** Ours over each peer's, by the median; above 1 is faster for answers, slower for waiting. */
function ratiosOf(cases: Readonly<Record<string, Figures>>): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const [label, { p50 = NaN }] of Object.entries(cases)) {
    const [what = "", name = ""] = label.split(": ");
    const ours = cases[`${what}: ours`]?.p50;
    if (name !== "ours" && ours !== undefined && p50 > 0) {
      ratios[`${what}: ours/${name}`] = ours / p50;
    }
  }
  return ratios;
}

async function untilServed(peer: Peer, version: number): Promise<void> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  for (let round = 0; round < 500; round++) {
    const text = await (await fetch(peer.url, { headers })).text();
    if (text.includes(`"v${version}-`)) return;
  }
  throw new Error(`${peer.name} does not see a new file`);
}

function snapshot(version: number, cookieCount: number): Uint8Array<ArrayBuffer> {
  const random = () => crypto.getRandomValues(new Uint8Array(48)).toBase64();
  const cookies = Array.from({ length: cookieCount }, (_, at) => ({
    name: `n${at}`,
    value: at === 0 ? `v${version}-` : random(),
    domain: `.site${at % 300}.example`,
    path: "/",
    expires: 1_900_000_000 + at,
    httpOnly: true,
    secure: true,
    sameSite: "Lax" as const,
  }));
  const origins = Array.from({ length: cookieCount / 10 }, (_, at) => ({
    origin: `https://site${at}.example`,
    localStorage: Array.from({ length: 15 }, (_, item) => ({ name: `k${item}`, value: random() })),
  }));
  return canonicalBytes({ cookies, origins });
}
