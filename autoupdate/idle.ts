/**
 * Whether an instance may be interrupted. Any doubt means that it may not.
 *
 * @module
 */

/** What could be told of an instance. */
export interface Activity {
  /** Each database the server uses, and what it says. */
  readonly databases: readonly DatabaseActivity[];
  /** Databases that could not be read, or whose tables are not known, and why. */
  readonly doubts: readonly string[];
}

/** What one database says. */
export interface DatabaseActivity {
  /** Its file. */
  readonly path: string;
  /** Turns that are running. */
  readonly activeTurns: number;
  /** The last time anything changed, in milliseconds since the epoch; nothing in an empty one. */
  readonly lastChangeMs: number | undefined;
}

/** Busy, and why; or idle. */
export type IdleVerdict = { readonly isIdle: true } | {
  readonly isIdle: false;
  readonly why: string;
};

/**
 * Decides.
 *
 * @param activity What was read.
 * @param nowMs Milliseconds since the epoch.
 * @param quietMs How long nothing must have happened, in milliseconds.
 */
export function judgeIdle(activity: Activity, nowMs: number, quietMs: number): IdleVerdict {
  const { databases, doubts } = activity;
  if (doubts[0] !== undefined) return busy(`cannot be told: ${doubts[0]}`);
  for (const { path, activeTurns, lastChangeMs } of databases) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!Number.isSafeInteger(activeTurns) || activeTurns < 0) {
      return busy(`cannot be told: ${name} counts ${activeTurns} turns`);
    }
    if (activeTurns > 0) return busy(`${activeTurns} running in ${name}`);
    if (lastChangeMs === undefined) continue;
    const quietForMs = nowMs - lastChangeMs;
    if (!Number.isFinite(quietForMs)) return busy(`cannot be told: ${name} has no time of change`);
    if (quietForMs < 0) return busy(`cannot be told: ${name} changed in the future`);
    if (quietForMs < quietMs) return busy(`used ${Math.floor(quietForMs / 1000)} s ago`);
  }
  return { isIdle: true };
}

function busy(why: string): IdleVerdict {
  return { isIdle: false, why };
}
