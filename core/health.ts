/**
 * What a program knows to be wrong with itself: named states with a severity and a sentence.
 *
 * @module
 */

/** `warning` means degraded but serving; `error` means not ready. */
export type HealthSeverity = "warning" | "error";

/** One thing that is wrong. */
export interface HealthState {
  /** A stable name, such as `snapshot_invalid`. */
  readonly name: string;
  /** How bad it is. */
  readonly severity: HealthSeverity;
  /** A sentence for a person, with the way out where there is one. */
  readonly text: string;
  /** Since when, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** The states of one program. */
export interface HealthRegistry {
  /** Reports a state; a state that is known keeps its start. */
  raise(name: string, severity: HealthSeverity, text: string): void;
  /** Reports that a state is over; unknown names are fine. */
  clear(name: string): void;
  /** Everything that is wrong now, worst first. */
  states(): readonly HealthState[];
  /** Whether no state is an error. */
  isReady(): boolean;
}

/**
 * Makes an empty registry.
 *
 * @param now Milliseconds since the epoch.
 */
export function createHealth(now: () => number = Date.now): HealthRegistry {
  const states = new Map<string, HealthState>();
  return {
    raise(name, severity, text) {
      const sinceMs = states.get(name)?.sinceMs ?? now();
      states.set(name, { name, severity, text, sinceMs });
    },
    clear: (name) => void states.delete(name),
    states: () =>
      [...states.values()].sort((a, b) =>
        a.severity === b.severity ? a.sinceMs - b.sinceMs : a.severity === "error" ? -1 : 1
      ),
    isReady: () => ![...states.values()].some((state) => state.severity === "error"),
  };
}
