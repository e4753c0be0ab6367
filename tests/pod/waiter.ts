/**
 * Things that happen, and those who wait for them.
 *
 * @module
 */
import { withDeadline } from "../../core/deadline.ts";

/** Remembers what happened and wakes who waits for it. */
export class Waiter {
  #seen = new Map<string, PromiseWithResolvers<void>>();

  /** Tells that something happened. */
  happened(name: string): void {
    this.#of(name).resolve();
  }

  /** Resolves once it has happened, before or after this call. */
  async wait(name: string, deadlineMs = 30_000): Promise<void> {
    await withDeadline(this.#of(name).promise, deadlineMs, `Waiting for "${name}"`);
  }

  #of(name: string): PromiseWithResolvers<void> {
    let entry = this.#seen.get(name);
    if (entry === undefined) this.#seen.set(name, entry = Promise.withResolvers());
    return entry;
  }
}
