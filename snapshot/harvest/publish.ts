/**
 * Candidate -> validated -> compared with the last generation -> written, and said so in the words
 * of the contract.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";
import type { Logger } from "../../core/log.ts";
import type { CurrentGeneration, Generations, Proposal } from "../generations.ts";
import { cookieIdentity } from "../guard/cookie_identity.ts";
import { judge } from "../guard/judge.ts";
import { keepSessionCookies } from "../guard/keep_session_cookies.ts";
import { refusalText } from "../guard/refusal_text.ts";
import { validateCandidate } from "../guard/validate_candidate.ts";
import type { StorageState } from "../storage_state.ts";
import type { HarvestState } from "./harvest_state.ts";

/** Exit code when the guard refuses a snapshot. */
export const EXIT_REFUSED = 5;

/** A refused candidate that has not changed is judged again after this long: cookies expire. */
const RETRY_REFUSED_MS = 30_000;

/** What the guard is told by the person who runs the harvester. */
export interface GuardOptions {
  /** How long session cookies are kept that the browser lost, in seconds; 0 keeps none. */
  keepSessionSeconds: number;
  /** The share of sites with a login that may be lost at once, in percent. */
  maxLostPercent: number;
  /** Whether to publish exactly what the browser has, whatever is missing. */
  isForced: boolean;
}

/** What publishing works with. */
export interface PublisherOptions {
  /** Where generations go. */
  generations: Generations;
  /** The browser the state is read from. */
  browser: { readonly product: string; readonly id: string };
  /** What the guard is told. */
  guard: GuardOptions;
  /** Time. */
  clock: Clock;
  /** Told of every generation. */
  log: Logger;
}

/** Publishes the state of one run of the browser. */
export interface Publisher {
  /**
   * Publishes the state as a new generation, if it says something new.
   *
   * @param state What was read.
   * @returns Whether a generation was written.
   * @throws {Fault} With exit code 5 when the guard refuses it, with 1 when the disk does not take
   * it; either way the generation before stays as it is.
   */
  publish(state: HarvestState): Promise<boolean>;
  /** Whether it is time to publish though nothing has changed: a kept cookie's time is over. */
  isDue(): boolean;
}

/** Makes a publisher for one run of the browser. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { generations, browser, guard, clock, log } = options;
  const told = new Set<string>();
  let dueMs = Infinity;
  let refused: { fault: Fault; state: string; atMs: number } | undefined;

  function propose(state: HarvestState, current: CurrentGeneration | undefined): Proposal {
    const nowMs = clock.now();
    const isRestarted = current !== undefined && current.entry.browser?.id !== browser.id;
    const marks = current?.entry.keptSessionCookies ?? [];
    const own = state.snapshot();
    const { cookies, kept } = keepSessionCookies(
      current && { cookies: current.state.cookies, kept: marks },
      own.cookies,
      {
        nowMs,
        isRestarted,
        visitedSites: state.seen().visited(),
        keepSeconds: guard.isForced ? 0 : guard.keepSessionSeconds,
      },
    );
    const seen = state.seen();
    const verdict = judge(current && withoutKept(current), own, {
      nowMs,
      isRestarted,
      // After a restart, a person who has the site open sees for themselves that they are out.
      seenLogouts: isRestarted ? seen.sites().union(seen.visited()) : seen.sites(),
      isForced: guard.isForced,
      maxLostPercent: guard.maxLostPercent,
    });
    if (current !== undefined && verdict.kind === "refuse") {
      const { rule, sites } = verdict;
      const text = refusalText({ rule, sites, generation: current.entry.number });
      return { kind: "refuse", refusal: { rule, sites: [...sites], text } };
    }
    const { state: valid, bytes, invalid } = validateCandidate({
      ...own,
      cookies: [...own.cookies, ...cookies],
    });
    for (const { what, reason } of invalid) tellOnce(`left out ${what}: ${reason}`);
    for (const { name, domain } of kept) {
      tellOnce(`keeping session cookie "${name}" of ${domain}, which the browser has lost`);
    }
    dueMs = Math.min(...kept.map(({ since }) => Date.parse(since))) +
      guard.keepSessionSeconds * 1_000;
    return {
      kind: "publish",
      bytes,
      facts: {
        browser,
        cookies: valid.cookies.length,
        origins: valid.origins.length,
        keptSessionCookies: [...kept],
      },
    };
  }

  function tellOnce(text: string): void {
    if (told.has(text)) return;
    told.add(text);
    log.warn(text);
  }

  return {
    isDue: () => clock.now() >= dueMs,
    async publish(state) {
      const fingerprint = `${state.version()} ${state.seen().visited().size}`;
      if (
        refused?.state === fingerprint && clock.monotonic() - refused.atMs < RETRY_REFUSED_MS
      ) throw refused.fault;
      try {
        const outcome = await generations.publish((current) => propose(state, current));
        if (outcome.kind === "refused") {
          const fault = new Fault(outcome.refusal.text, { exitCode: EXIT_REFUSED });
          refused = { fault, state: fingerprint, atMs: clock.monotonic() };
          throw fault;
        }
        refused = undefined;
        const { kind, generation, bytes } = outcome;
        const fields = { generation, ...state.counts() };
        const what = `snapshot (${bytes} bytes)`;
        if (kind === "written") log.info(`wrote ${what} to ${generations.path}`, fields);
        else log.debug(`unchanged ${what} at ${generations.path}`, fields);
        return kind === "written";
      } catch (error) {
        if (error instanceof Fault) throw error;
        throw new Fault(`Cannot write the snapshot to "${generations.path}": ${errorText(error)}`, {
          cause: error,
        });
      }
    },
  };
}

/** What the browser itself had when the generation was written. */
function withoutKept({ entry, state }: CurrentGeneration): StorageState {
  const kept = new Set(entry.keptSessionCookies.map(cookieIdentity));
  if (kept.size === 0) return state;
  return { ...state, cookies: state.cookies.filter((one) => !kept.has(cookieIdentity(one))) };
}
