/**
 * Adds what flows through tunnels to the figures, now and then instead of with every byte.
 *
 * @module
 */
import type { BridgeMetrics } from "./bridge_metrics.ts";
import type { Tunnel } from "../core/tunnel.ts";

interface Noted {
  upBytes: number;
  downBytes: number;
  upFrames: number;
  downFrames: number;
}

/** Keeps the figures of all tunnels. */
export class TrafficMeter {
  readonly #metrics: BridgeMetrics;
  readonly #noted = new WeakMap<Tunnel, Noted>();
  #largestUpBytes = 0;
  #largestDownBytes = 0;

  /**
   * Starts at nothing.
   *
   * @param metrics The figures to add to.
   */
  constructor(metrics: BridgeMetrics) {
    this.#metrics = metrics;
  }

  /** Adds what has flowed through a tunnel since the last time. */
  note(tunnel: Tunnel): void {
    const { bytes, frames, largestMessage } = this.#metrics;
    const { upBytes, downBytes, up, down } = tunnel.stats;
    const before = this.#noted.get(tunnel) ??
      { upBytes: 0, downBytes: 0, upFrames: 0, downFrames: 0 };
    bytes.inc({ direction: "up" }, upBytes - before.upBytes);
    bytes.inc({ direction: "down" }, downBytes - before.downBytes);
    frames.inc({ direction: "up" }, up.frames - before.upFrames);
    frames.inc({ direction: "down" }, down.frames - before.downFrames);
    this.#noted.set(tunnel, { upBytes, downBytes, upFrames: up.frames, downFrames: down.frames });
    this.#largestUpBytes = Math.max(this.#largestUpBytes, up.largestMessageBytes);
    this.#largestDownBytes = Math.max(this.#largestDownBytes, down.largestMessageBytes);
    largestMessage.set({ direction: "up" }, this.#largestUpBytes);
    largestMessage.set({ direction: "down" }, this.#largestDownBytes);
  }
}
