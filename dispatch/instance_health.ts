/**
 * Since when an instance does not answer, as far as requests have shown.
 *
 * @module
 */

/** Knows of instances that do not answer. */
export class InstanceHealth {
  readonly #now: () => number;
  readonly #deadSince = new Map<number, number>();

  /**
   * Knows of none yet.
   *
   * @param now Milliseconds since the epoch.
   */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many are known to be dead. */
  get deadCount(): number {
    return this.#deadSince.size;
  }

  /** Notes that one does not answer; says since when, in milliseconds since the epoch. */
  noteDead(port: number): number {
    const since = this.#deadSince.get(port) ?? this.#now();
    this.#deadSince.set(port, since);
    return since;
  }

  /** Notes that one answers. */
  noteAlive(port: number): void {
    this.#deadSince.delete(port);
  }

  /** Forgets the instances that are on none of these ports. */
  keepOnly(ports: ReadonlySet<number>): void {
    for (const port of [...this.#deadSince.keys()]) {
      if (!ports.has(port)) this.#deadSince.delete(port);
    }
  }
}
