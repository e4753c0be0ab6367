/**
 * When each reader last got an answer about the snapshot: who has stopped asking has a copy that
 * grows old.
 *
 * @module
 */

/** What the one token that stands for everything is called, since it names nobody. */
export const EVERYONE = "everyone";

/** The pulls of one server. */
export interface PullTimes {
  /** The server's start, in milliseconds since the epoch. */
  readonly startMs: number;
  /** Notes one. */
  note(subject: string): void;
  /**
   * The last one of each subject, in milliseconds since the epoch; the server's start for one who
   * has not asked yet. Who is not named is forgotten.
   */
  last(subjects: readonly string[]): ReadonlyMap<string, number>;
}

/** Makes them. */
export function createPullTimes(now: () => number): PullTimes {
  const startMs = now();
  const times = new Map<string, number>();
  return {
    startMs,
    note: (subject) => void times.set(subject, now()),
    last: (subjects) =>
      new Map(subjects.map((subject) => [subject, times.get(subject) ?? startMs])),
  };
}
