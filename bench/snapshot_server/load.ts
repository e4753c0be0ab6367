/**
 * The clients of the comparison: `wrk` for what is asked often, plain sockets for what is held.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { runCommand } from "../../core/process.ts";
import { processorMs } from "../../tests/support/processor_time.ts";
import { type Peer, TOKEN } from "./peers.ts";

const SECONDS = 3;

/** What `wrk` saw. */
export interface LoadResult {
  /** Answers in a second. */
  readonly perSecond: number;
  /** Processor time of the server for one answer, in microseconds. */
  readonly processorUs: number;
  /** Answers with another status than 2xx or 3xx, and broken connections. */
  readonly failures: number;
}

/**
 * Asks one server for {@linkcode SECONDS} seconds over 32 connections.
 *
 * @param peer Whom.
 * @param etag What the clients have already; without one they get the body.
 */
export async function wrk(peer: Peer, etag: string | undefined): Promise<LoadResult> {
  const known = etag === undefined ? [] : ["-H", `If-None-Match: ${etag}`];
  const beforeMs = treeMs(peer.pid);
  const { code, stdout, stderr } = await runCommand("/usr/bin/wrk", [
    ...["-t1", "-c32", `-d${SECONDS}s`, "-H", `Authorization: Bearer ${TOKEN}`],
    ...known,
    peer.url,
  ]);
  if (code !== 0) throw new Error(`wrk failed: ${stderr || stdout}`);
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
  return {
    processorUs: 1_000 * (treeMs(peer.pid) - beforeMs) / number(/(\d+) requests in/),
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    failures: number(/Non-2xx or 3xx responses: (\d+)/) +
      stdout.matchAll(/(?:connect|read|write|timeout) (\d+)/g)
        .reduce((sum, [, count]) => sum + Number(count), 0),
  };
}

/** Processor time of a process and its children: nginx works in one. */
function treeMs(pid: number): number {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim();
  return processorMs(pid) +
    children.split(" ").filter((text) => text !== "")
      .reduce((sum, child) => sum + processorMs(Number(child)), 0);
}

/** The tag a server gives to the plain body. */
export async function tagOf(peer: Peer): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}`, "accept-encoding": "identity" };
  const response = await fetch(peer.url, { headers });
  await response.body?.cancel();
  return response.headers.get("etag") ?? "";
}

/** What a crowd of held requests cost. */
export interface CrowdResult {
  /** From the rename to the first byte, for each, in milliseconds. */
  readonly wakeMs: readonly number[];
  /** Processor time while nothing happened, as a share of a core. */
  readonly idleShare: number;
}

/**
 * Holds requests, lets them be for a second, has the file replaced and waits for every answer.
 *
 * @param peer A server that knows `?wait=`.
 * @param count How many.
 * @param replace Puts another file there.
 */
export async function crowd(
  peer: Peer,
  count: number,
  replace: () => Promise<void>,
): Promise<CrowdResult> {
  const url = new URL(peer.url);
  const request = new TextEncoder().encode(
    `GET ${url.pathname}?wait=60 HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: Bearer ${TOKEN}\r\n` +
      `If-None-Match: ${await tagOf(peer)}\r\nConnection: close\r\n\r\n`,
  );
  const connections: Deno.TcpConn[] = [];
  for (let at = 0; at < count; at++) {
    const connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
    connections.push(connection);
    await connection.write(request);
  }
  try {
    const answers = connections.map(async (connection) => {
      const buffer = new Uint8Array(16_384);
      const read = await connection.read(buffer);
      const atMs = systemClock.monotonic();
      const status = new TextDecoder().decode(buffer.subarray(0, 12));
      if (read === null || status !== "HTTP/1.1 200") throw new Error(`${peer.name}: ${status}`);
      while (await connection.read(buffer) !== null);
      return atMs;
    });
    await settle(peer);
    const [fromMs, beforeMs] = [systemClock.monotonic(), processorMs(peer.pid)];
    await systemClock.sleep(1_000);
    const idleShare = (processorMs(peer.pid) - beforeMs) / (systemClock.monotonic() - fromMs);
    const renamedMs = systemClock.monotonic();
    await replace();
    return { wakeMs: (await Promise.all(answers)).map((atMs) => atMs - renamedMs), idleShare };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Until the server has taken in what was sent: two equal looks at its processor time. */
async function settle(peer: Peer): Promise<void> {
  for (let before = -1; before !== processorMs(peer.pid);) {
    before = processorMs(peer.pid);
    await systemClock.sleep(300);
  }
}
