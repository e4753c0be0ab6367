/**
 * The snapshot in memory, and everyone who waits for the next one.
 *
 * The last good generation is served until a better one is there: a file that is torn, invalid,
 * unreadable or gone is a state in the health registry, never an answer. A removed file keeps its
 * last generation too, with a warning: removing the file is not how access is taken away, the token is.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { freshRun } from "../../core/fresh_run.ts";
import type { HealthRegistry } from "../../core/health.ts";
import type { Logger } from "../../core/log.ts";
import { type Generation, loadGeneration, type LoadOutcome } from "./load_generation.ts";

/** How long to wait for a change. */
export interface WaitOptions {
  /** The longest wait, in milliseconds. */
  timeoutMs: number;
  /** Aborted when the waiter has gone. */
  signal: AbortSignal;
}

/** The snapshot of one file. */
export interface SnapshotStore {
  /** The generation to serve, or `undefined` where there has been none yet. */
  current(): Generation | undefined;
  /**
   * Resolves when the current generation is another than `seen`, the time is over, the waiter
   * has gone, the waiters were woken or the store is closed. It never rejects.
   */
  changed(seen: Generation | undefined, options: WaitOptions): Promise<void>;
  /**
   * Looks at the file. Calls during a look are answered by one more look.
   *
   * @param options `isForced` reads the file even where its identity has not changed.
   * @throws {Deno.errors.NotCapable} When the program's permissions do not cover the path.
   */
  reload(options?: { isForced?: boolean }): Promise<void>;
  /** Has every waiter look again: what they may have is another thing now. */
  wake(): void;
  /** How many are waiting. */
  waiterCount(): number;
  /** How often the file could not become a generation. */
  failureCount(): number;
  /** Lets every waiter go, and every later one at once. */
  close(): void;
  /** Whether it was closed. */
  isClosed(): boolean;
}

/** What the store reads and where it reports. */
export interface SnapshotStoreOptions {
  /** The snapshot file. */
  path: string;
  /** Where a fault of the file is reported. */
  health: HealthRegistry;
  /** The program's log. */
  log: Logger;
  /** Time. */
  clock: Clock;
  /** The most bytes a snapshot may have. @default {MAX_SNAPSHOT_BYTES} */
  maxBytes?: number;
  /** The oldest a snapshot may be for the server to be ready, in milliseconds; 0: any age. */
  maxAgeMs?: number;
  /** Told of every new generation, after the waiters. */
  onGeneration?: (generation: Generation) => void;
}

/** Makes a store that has not looked yet. */
export function createSnapshotStore(options: SnapshotStoreOptions): SnapshotStore {
  const { path, health, log, clock, maxBytes, maxAgeMs = 0, onGeneration } = options;
  const waiters = new Set<() => void>();
  let current: Generation | undefined;
  let identity: string | undefined;
  let trouble = "";
  let failures = 0;
  let isClosed = false;
  let isNextForced = false;

  function wake(): void {
    for (const finish of [...waiters]) finish();
  }

  function report(name: string, severity: "warning" | "error", text: string): void {
    for (const other of ["snapshot_missing", "snapshot_invalid", "snapshot_unreadable"]) {
      if (other !== name) health.clear(other);
    }
    if (name === "") {
      if (trouble !== "") log.info("snapshot is good again", { path });
      trouble = "";
      return;
    }
    health.raise(name, severity, text);
    if (trouble !== text) log[severity === "error" ? "error" : "warn"](text, { state: name });
    trouble = text;
  }

  function settle(outcome: LoadOutcome): void {
    const kept = current === undefined ? "" : "; the last good snapshot is still served";
    switch (outcome.kind) {
      case "loaded":
        current = outcome.generation;
        identity = outcome.identity;
        report("", "warning", "");
        log.info("loaded snapshot", {
          sizeBytes: current.bytes.length,
          etag: current.etag,
          ageMs: clock.now() - current.modifiedMs,
        });
        wake();
        return onGeneration?.(current);
      case "untouched":
        return;
      case "same":
        identity = outcome.identity;
        return report("", "warning", "");
      case "invalid":
        if (outcome.identity !== identity) failures++;
        identity = outcome.identity;
        return report(
          "snapshot_invalid",
          "error",
          `Cannot use snapshot "${path}": ${outcome.reason}${kept}`,
        );
      case "missing":
        identity = undefined;
        return report(
          "snapshot_missing",
          current === undefined ? "error" : "warning",
          current === undefined
            ? `No snapshot "${path}" yet: the harvester has not written one`
            : `Snapshot "${path}" was removed${kept}`,
        );
      case "unreadable":
        if (trouble === "") failures++;
        identity = undefined;
        return report(
          "snapshot_unreadable",
          "error",
          `Cannot read snapshot "${path}": ${outcome.reason}${kept}`,
        );
    }
  }

  function checkAge(): void {
    if (maxAgeMs === 0 || current === undefined) return;
    const ageMs = clock.now() - current.modifiedMs;
    if (ageMs <= maxAgeMs) return health.clear("snapshot_stale");
    const [age, limit] = [ageMs, maxAgeMs].map((ms) => Math.round(ms / 1_000));
    health.raise(
      "snapshot_stale",
      "error",
      `Snapshot "${path}" is ${age} s old, must be at most ${limit} s: look at the harvester`,
    );
  }

  const look = freshRun(async () => {
    const isForced = isNextForced;
    isNextForced = false;
    settle(
      await loadGeneration(path, {
        etag: current?.etag,
        identity: isForced ? undefined : identity,
        ...(maxBytes === undefined ? {} : { maxBytes }),
      }),
    );
    checkAge();
  });

  return {
    current: () => current,
    wake,
    waiterCount: () => waiters.size,
    failureCount: () => failures,
    isClosed: () => isClosed,
    async changed(seen, { timeoutMs, signal }) {
      if (current !== seen || isClosed || signal.aborted) return;
      const over = new AbortController();
      const finish = () => over.abort();
      waiters.add(finish);
      signal.addEventListener("abort", finish);
      try {
        await clock.sleep(timeoutMs, over.signal);
      } finally {
        // Deno aborts a request's signal after its answer too, which is nothing to a waiter.
        signal.removeEventListener("abort", finish);
        waiters.delete(finish);
      }
    },
    reload({ isForced = false } = {}) {
      isNextForced ||= isForced;
      return look();
    },
    close() {
      isClosed = true;
      wake();
    },
  };
}
