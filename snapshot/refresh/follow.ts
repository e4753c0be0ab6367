/**
 * Keeps the copy up to date: one held request after the other, for as long as the program lives.
 *
 * No failure ends it, since each may pass: servers restart, tokens are rotated, disks get room again.
 *
 * @module
 */
import { backoffMs } from "../../core/backoff.ts";
import type { Logger } from "../../core/log.ts";
import { refreshCopy, type RefreshDeps, type RefreshOutcome } from "./refresh_copy.ts";
import type { RefreshConfig } from "./refresh_env.ts";
import { RefreshFault } from "./refresh_fault.ts";

/** Below the 60 s after which most proxies cut a silent request. */
export const WAIT_SECONDS = 50;

/** The outside of a follower. */
export interface FollowDeps extends RefreshDeps {
  /** The program's log. */
  log: Logger;
  /** A number from 0 to 1, for the jitter. @default {Math.random} */
  random?: () => number;
}

/**
 * Follows until `signal` is aborted, then resolves.
 *
 * @param config Where from and where to.
 * @param deps Effects.
 * @param signal Aborted when it should stop.
 */
export async function followSnapshot(
  config: RefreshConfig,
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, random } = deps;
  const jitter = random === undefined ? {} : { random };
  let failures = 0;
  let hurries = 0;
  let lastMessage = "";
  let isCaughtUp = false;
  let mayHold = false;

  function onFailure(fault: RefreshFault, tookMs: number): number {
    // A server without a snapshot holds the request too: after that there is no need to keep away.
    failures = isHeld(tookMs) ? 1 : failures + 1;
    const waitMs = backoffMs(failures, jitter);
    // The same failure every half minute through a night is one event, not a thousand.
    const level = fault.message === lastMessage ? "debug" : "warn";
    log[level](fault.message, { reason: fault.reason, attempt: failures, waitMs });
    lastMessage = fault.message;
    return waitMs;
  }

  function onSuccess(outcome: RefreshOutcome, tookMs: number): number {
    if (failures > 0) log.info("reached the server again", { failures });
    failures = 0;
    lastMessage = "";
    if (outcome.kind === "refreshed") {
      const { sizeBytes, etag, ageMs } = outcome;
      log.info("refreshed", { path: config.targetPath, sizeBytes, etag, ageMs });
    } else if (!isCaughtUp) log.info("up to date", { path: config.targetPath });
    // A server that is stopping, or one that knows no wait, answers at once and would be asked
    // again at once, for ever.
    const isHurried = isCaughtUp && outcome.kind === "unchanged" && !isHeld(tookMs);
    hurries = isHurried ? hurries + 1 : 0;
    return isHurried ? backoffMs(hurries, jitter) : 0;
  }

  while (!signal.aborted) {
    const startedMs = clock.monotonic();
    let pauseMs: number;
    try {
      // Held only once it is known how the copy stands: whoever waits for that hears at once.
      const waitSeconds = mayHold ? WAIT_SECONDS : 0;
      const outcome = await refreshCopy(config, deps, { waitSeconds, signal });
      pauseMs = onSuccess(outcome, clock.monotonic() - startedMs);
      isCaughtUp = mayHold = true;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof RefreshFault)) throw error;
      // A server without a snapshot holds the request until there is one: no login comes late.
      mayHold ||= error.reason === "not_yet";
      pauseMs = onFailure(error, clock.monotonic() - startedMs);
    }
    if (pauseMs > 0) await clock.sleep(pauseMs, signal);
  }
}

/** Whether the server made use of the wait it was given. */
function isHeld(tookMs: number): boolean {
  return tookMs >= WAIT_SECONDS * 500;
}
