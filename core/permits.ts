/**
 * A number of permits that work must hold, handed out in order.
 *
 * @module
 */

interface Waiter {
  readonly take: () => void;
}

/** A pool of permits. */
export class Permits {
  #free: number;
  readonly #waiters: Waiter[] = [];

  /**
   * Makes a pool.
   *
   * @param count How many may be held at the same time.
   */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Waits for a permit.
   *
   * @param signal Gives up the wait.
   * @returns A function that gives the permit back, or `undefined` when the wait was given up.
   */
  async acquire(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) {
      this.#free--;
      return this.#release();
    }
    return await new Promise((resolve) => {
      const abandon = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        resolve(undefined);
      };
      const waiter: Waiter = {
        take: () => {
          signal.removeEventListener("abort", abandon);
          resolve(this.#release());
        },
      };
      this.#waiters.push(waiter);
      signal.addEventListener("abort", abandon, { once: true });
    });
  }

  #release(): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const next = this.#waiters.shift();
      if (next === undefined) this.#free++;
      else next.take();
    };
  }
}
