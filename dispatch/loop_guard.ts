/**
 * Ends loops: somebody who is paired again and again, and never comes back with the session.
 *
 * It happens where a browser keeps no cookies, or an ingress drops them. Each turn would make a
 * session that nobody uses, for ever.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";

/** How many pairings in a row are one too many, and for how long. */
const MOST = 3;
const WINDOW_MS = 60_000;

/** Counts pairings that led to nothing. */
export class LoopGuard {
  readonly #clock: Clock;
  readonly #pairings = new Map<string, number[]>();

  /**
   * Knows of nobody yet.
   *
   * @param clock The time.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether another pairing would be one too many. */
  isLooping(who: string): boolean {
    return this.#recent(who).length >= MOST;
  }

  /** Notes a pairing. */
  notePairing(who: string): void {
    const recent = this.#recent(who);
    recent.push(this.#clock.monotonic());
    this.#pairings.set(who, recent);
    if (this.#pairings.size > 1_024) this.#forgetOld();
  }

  /** Notes that the session came back. */
  noteSession(who: string): void {
    this.#pairings.delete(who);
  }

  #recent(who: string): number[] {
    const sinceMs = this.#clock.monotonic() - WINDOW_MS;
    return (this.#pairings.get(who) ?? []).filter((atMs) => atMs > sinceMs);
  }

  #forgetOld(): void {
    for (const who of [...this.#pairings.keys()]) {
      if (this.#recent(who).length === 0) this.#pairings.delete(who);
    }
  }
}
