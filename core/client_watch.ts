/**
 * Tells a client that is slow, or gone, from one that is busy or merely quiet.
 *
 * It is asked at a steady pace, so that nothing has to be timed per byte.
 *
 * @module
 */

/** What is seen of a client when the watch is asked. */
export interface ClientSight {
  /** Whether bytes wait for it. */
  readonly isWriting: boolean;
  /** Bytes it took so far. */
  readonly sentBytes: number;
  /** Pieces it took to their end so far. */
  readonly sentPieces: number;
  /** Bytes it sent so far. */
  readonly heardBytes: number;
}

/** How patient the watch is, in times it is asked. */
export interface WatchLimits {
  /** How often in a row a client may have made no progress. */
  readonly stallTicks: number;
  /** How often in a row it may have said nothing before it is pinged; 0: it is never pinged. */
  readonly pingTicks: number;
}

/** What to do. */
export type WatchVerdict = "fine" | "stalled" | "ping" | "silent";

/** A client that takes less than this in its time is too slow. */
const PROGRESS_BYTES = 65_536;

/** Watches one client. */
export class ClientWatch {
  #stallTicks = 0;
  #silentTicks = 0;
  #sentPieces = 0;
  #sentBytes = 0;
  #heardBytes = 0;

  /** Looks once. */
  look(sight: ClientSight, limits: WatchLimits): WatchVerdict {
    const hasProgress = sight.sentPieces !== this.#sentPieces ||
      sight.sentBytes - this.#sentBytes >= PROGRESS_BYTES;
    if (sight.isWriting && !hasProgress) {
      this.#stallTicks++;
    } else {
      this.#stallTicks = 0;
      this.#sentPieces = sight.sentPieces;
      this.#sentBytes = sight.sentBytes;
    }
    if (this.#stallTicks > limits.stallTicks) return "stalled";
    // While bytes wait for it a Ping would wait behind them, and its silence says nothing.
    const isQuiet = sight.heardBytes === this.#heardBytes && !sight.isWriting;
    this.#silentTicks = isQuiet ? this.#silentTicks + 1 : 0;
    this.#heardBytes = sight.heardBytes;
    if (limits.pingTicks === 0) return "fine";
    if (this.#silentTicks === limits.pingTicks) return "ping";
    return this.#silentTicks >= 2 * limits.pingTicks ? "silent" : "fine";
  }
}
