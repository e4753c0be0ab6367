/**
 * `GET /api/snapshot`: the one request that is asked often, and so the one without a router.
 *
 * Answers come from memory. `?wait=SECONDS` holds an answer that would tell the client nothing
 * new (304, or 404 while nothing has been harvested) until there is something, so that a follower
 * costs nothing while idle. Who is held is asked for the token again before the answer: it may
 * have been taken away, or be worth something else by now.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { isTagKnown, knownTag } from "../etag.ts";
import type { Access, AccessGate } from "./access_gate.ts";
import {
  COMMON_FIELDS,
  errorAnswer,
  type HeaderField,
  notYetAnswer,
  refusalAnswer,
  VARY,
} from "./answers.ts";
import { chooseCoding } from "./content_coding.ts";
import type { SnapshotBodies } from "./snapshot_bodies.ts";
import type { SnapshotStore } from "./snapshot_store.ts";

/** The longest `?wait=`, in seconds. */
export const MAX_WAIT_SECONDS = 300;

/** With more held requests than this, a further one is answered at once. */
export const MAX_WAITERS = 10_000;

/** How old the snapshot is when it is sent, in milliseconds: `Last-Modified` has only seconds. */
export const AGE_HEADER = "x-snapshot-age-ms";

/** What the answers are made from. */
export interface AnswerSnapshotOptions {
  /** The snapshot. */
  store: SnapshotStore;
  /** What each scope is sent of it. */
  bodies: SnapshotBodies;
  /** Who may have what. */
  gate: AccessGate;
  /** Time. */
  clock: Clock;
  /** Told who gets an answer about the snapshot, when they get it. */
  onPull?: (subject: string) => void;
  /** The most held requests. @default {MAX_WAITERS} */
  maxWaiters?: number;
}

/** An answer; `isGone` where the client left before it. */
export interface SnapshotAnswer {
  /** What is sent. */
  readonly response: Response;
  /** Whether nobody is there to take it. */
  readonly isGone: boolean;
}

type Admitted = Extract<Access, { kind: "admitted" }>;

/**
 * Makes the handler of GET and HEAD.
 *
 * @param options What the answers are made from.
 * @returns Answers a request, at once where it can; `query` is what stands after the `?` of its URL.
 */
export function createSnapshotAnswers(
  options: AnswerSnapshotOptions,
): (request: Request, query: string) => SnapshotAnswer | Promise<SnapshotAnswer> {
  const { store, bodies, gate, clock, onPull, maxWaiters = MAX_WAITERS } = options;

  return (request, query) => {
    const access = query === "" && gate.admitNow(request.headers.get("authorization"));
    // Without a promise: a 304 has little else to do.
    return access && access.kind === "admitted"
      ? here(answer(request, access))
      : answerLater(request, query);
  };

  async function answerLater(request: Request, query: string): Promise<SnapshotAnswer> {
    const authorization = request.headers.get("authorization");
    let access = await gate.admit(authorization);
    if (access.kind !== "admitted") return here(refusalAnswer(access.kind));
    const wait = query === "" ? 0 : parseWait(new URLSearchParams(query).getAll("wait"));
    if (typeof wait === "string") return here(errorAnswer(400, wait));
    if (wait > 0) {
      // Deno sees to a request's signal only where it is asked for, so no other answer pays for it.
      const { signal } = request;
      const endMs = clock.monotonic() + wait * 1_000;
      while (!isDue(request, access, endMs)) {
        const timeoutMs = endMs - clock.monotonic();
        await store.changed(store.current(), { timeoutMs, signal });
        if (signal.aborted) break;
        access = await gate.admit(authorization, { isFresh: true });
        if (access.kind !== "admitted") return here(refusalAnswer(access.kind));
      }
      return { response: answer(request, access), isGone: signal.aborted };
    }
    return here(answer(request, access));
  }

  /** Whether there is something to tell, or no more waiting. */
  function isDue({ headers, signal }: Request, { grant }: Admitted, endMs: number): boolean {
    if (store.isClosed() || signal.aborted || clock.monotonic() >= endMs) return true;
    if (store.waiterCount() >= maxWaiters) return true;
    const generation = store.current();
    return generation !== undefined &&
      !isTagKnown(headers.get("if-none-match"), bodies.of(generation, grant).etag);
  }

  function answer({ method, headers }: Request, { grant, subject }: Admitted): Response {
    const generation = store.current();
    if (generation === undefined) return notYetAnswer();
    onPull?.(subject);
    const body = bodies.of(generation, grant);
    const known = knownTag(headers.get("if-none-match"), body.etag);
    if (known !== undefined) return body.notModified(known);
    const coding = chooseCoding(headers.get("accept-encoding"), body.sizeBytes);
    const { bytes, etag } = body.encoded(coding);
    const ageMs = Math.max(0, Math.round(clock.now() - generation.modifiedMs));
    const fields: HeaderField[] = [
      ...COMMON_FIELDS,
      VARY,
      ["etag", etag],
      [AGE_HEADER, String(ageMs)],
      ["content-type", "application/json"],
      ["content-length", String(bytes.length)],
    ];
    if (coding !== "identity") fields.push(["content-encoding", coding]);
    return new Response(method === "HEAD" ? null : bytes, { headers: fields });
  }
}

function here(response: Response): SnapshotAnswer {
  return { response, isGone: false };
}

/** Seconds to wait, or the sentence that says what is wrong with them. */
function parseWait(values: readonly string[]): number | string {
  const rule = `must be a whole number of seconds from 0 to ${MAX_WAIT_SECONDS}`;
  if (values.length === 0) return 0;
  if (values.length > 1) return `wait is given ${values.length} times, ${rule}`;
  const text = values[0] ?? "";
  if (/^\d{1,9}$/.test(text) && Number(text) <= MAX_WAIT_SECONDS) return Number(text);
  return `wait is "${text.length > 40 ? `${text.slice(0, 40)}…` : text}", ${rule}`;
}
