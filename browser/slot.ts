/**
 * A value that comes and goes, such as the display of an X server that may be restarted.
 *
 * @module
 */

/** Holds a value, or not, and tells who waits for one. */
export interface Slot<T> {
  /** The value that is there now. */
  readonly value: T | undefined;
  /** Puts a value in and wakes everybody who waits. */
  fill(value: T): void;
  /** Takes the value out. */
  empty(): void;
  /** Resolves with the value that is there, or with the next one; rejects when aborted. */
  wait(signal: AbortSignal): Promise<T>;
}

/** Makes an empty slot. */
export function createSlot<T>(): Slot<T> {
  let current: { readonly value: T } | undefined;
  const waiters = new Set<(value: T) => void>();
  return {
    get value() {
      return current?.value;
    },
    fill(value) {
      current = { value };
      for (const wake of waiters) wake(value);
      waiters.clear();
    },
    empty() {
      current = undefined;
    },
    wait(signal) {
      return new Promise<T>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (current !== undefined) return resolve(current.value);
        const abort = () => {
          waiters.delete(wake);
          reject(signal.reason);
        };
        const wake = (value: T) => {
          signal.removeEventListener("abort", abort);
          resolve(value);
        };
        waiters.add(wake);
        signal.addEventListener("abort", abort, { once: true });
      });
    },
  };
}
