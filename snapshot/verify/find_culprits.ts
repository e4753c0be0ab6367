/**
 * Which of many things make a whole fail, found by halving.
 *
 * @module
 */

/** Something that fails, and why. */
export interface Culprit<T> {
  /** The thing. */
  readonly item: T;
  /** What was said when it was tried. */
  readonly reason: string;
}

/**
 * Finds what fails. `k` culprits among `n` things cost about `k log n` attempts.
 *
 * @param items Everything.
 * @param attempt Tries some of them together: why they failed, or `undefined` where they did not.
 * @returns The culprits. Without them the rest works together.
 */
export async function findCulprits<T>(
  items: readonly T[],
  attempt: (some: readonly T[]) => Promise<string | undefined>,
): Promise<readonly Culprit<T>[]> {
  const found: Culprit<T>[] = [];

  async function search(some: readonly T[]): Promise<void> {
    const reason = some.length === 0 ? undefined : await attempt(some);
    if (reason === undefined) return;
    const [item] = some;
    if (some.length === 1 && item !== undefined) {
      found.push({ item, reason });
      return;
    }
    const before = found.length;
    const middle = some.length >> 1;
    await search(some.slice(0, middle));
    await search(some.slice(middle));
    // Each half works alone: they fail only together, so one half has to go.
    if (found.length > before) return;
    for (const one of some.slice(middle)) {
      found.push({ item: one, reason: `together with others: ${reason}` });
    }
  }

  await search(items);
  return found;
}
