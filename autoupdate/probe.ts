/**
 * Whether a server of t3 really works: it runs the version it should, a credential minted for it
 * becomes a session, the session opens a WebSocket, and the data can be read through it.
 *
 * Nothing here knows a cookie's name or which endpoint a build has: `t3/` finds that out.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import type { Secret } from "../core/secret.ts";
import { askEnvironment } from "../t3/environment.ts";
import { ask, type Instance, jsonOf } from "../t3/instance.ts";
import { pair } from "../t3/pair.ts";
import { probeWebSocket } from "../t3/web_socket.ts";
import type { Health } from "./effects.ts";

/** What to look at. */
export interface ProbeOptions {
  /** Where it listens. */
  readonly instance: Instance;
  /** The version that must run. */
  readonly version: string;
  /** Makes a credential with the version that runs. */
  readonly mint: () => Promise<Secret>;
  /** How long it may take to start, in milliseconds. */
  readonly startMs: number;
  /** Why the server can never answer, once that is known. */
  readonly hasEnded?: () => string | undefined;
  /** How many threads the data holds, where that is known. */
  readonly threads?: number | undefined;
  /** Time. */
  readonly clock: Clock;
}

const ANSWER_MS = 15_000;

/** Waits until the server answers, and looks. */
export async function probeServer(options: ProbeOptions): Promise<Health> {
  const { instance, version, mint } = options;
  const running = await waitForVersion(options);
  if (typeof running !== "string") return running;
  if (running !== version) return bad(`it runs ${running}, must run ${version}`);
  let credential: Secret;
  try {
    credential = await mint();
  } catch (error) {
    return bad(`no credential can be made: ${errorText(error)}`);
  }
  const paired = await pair(instance, credential, { deadlineMs: ANSWER_MS });
  if (paired.kind !== "paired") return bad(`it cannot be paired with: ${paired.text}`);
  const { cookie } = paired;
  const socket = await probeWebSocket(instance, { cookie, deadlineMs: ANSWER_MS });
  if (socket.kind !== "opened") return bad(`no WebSocket: ${socket.text}`);
  return await readData(options, cookie);
}

async function waitForVersion(
  { instance, startMs, clock, hasEnded }: ProbeOptions,
): Promise<string | Health> {
  const lateMs = clock.monotonic() + startMs;
  while (true) {
    const answer = await askEnvironment(instance, { deadlineMs: Math.min(5_000, startMs) });
    if (answer.kind === "environment") return answer.environment.serverVersion;
    const end = hasEnded?.();
    if (end !== undefined) return bad(end);
    if (clock.monotonic() > lateMs) {
      return bad(`it does not answer after ${Math.round(startMs / 1_000)} s: ${answer.text}`);
    }
    await clock.sleep(100);
  }
}

/** Builds that have no such endpoint answer 404, or with a page. */
async function readData({ instance, threads }: ProbeOptions, cookie: string): Promise<Health> {
  const answer = await ask(instance, "/api/orchestration/snapshot", {
    headers: { cookie, accept: "application/json" },
  }, { deadlineMs: 60_000 });
  if (answer.kind === "no_answer") return bad(`the data cannot be read: ${answer.text}`);
  if (answer.status >= 500) {
    return bad(`the data cannot be read: ${answer.status} ${answer.body.slice(0, 200).trim()}`);
  }
  const list = answer.status === 200
    ? (jsonOf(answer.body) as { threads?: unknown } | undefined)?.threads
    : undefined;
  if (threads !== undefined && Array.isArray(list) && list.length < threads) {
    return bad(`${list.length} of ${threads} threads can be read`);
  }
  return { is: "ok" };
}

function bad(why: string): Health {
  return { is: "bad", why };
}
