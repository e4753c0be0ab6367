/**
 * Starts a child and waits until it does its work, not merely runs.
 *
 * @module
 */
import { withDeadline } from "../core/deadline.ts";
import { type Child, type ChildOptions, startChild } from "../core/process.ts";
import type { Machine } from "./machine.ts";

/** What to start and how to know that it works. */
export interface ReadyChildOptions extends ChildOptions {
  /** Its name, for messages. */
  readonly name: string;
  /** Resolves when it works; `signal` is aborted when nobody waits any more. */
  readonly ready: (signal: AbortSignal) => Promise<void>;
  /** How long it may take to get there, in milliseconds. @default {30000} */
  readonly readyMs?: number;
  /** Sweeps what the child leaves behind. */
  readonly machine: Machine;
}

/**
 * Starts the child. What is left of its process group when it has ended is killed: a stopped GPU
 * process outlives its browser, and a connection's websockify keeps the port of its parent.
 *
 * @param options The child.
 * @param signal Aborted when it should not start after all.
 * @throws {Error} When it ends or takes too long before it works; it is stopped then.
 */
export async function startReadyChild(
  options: ReadyChildOptions,
  signal: AbortSignal,
): Promise<Child> {
  const { name, ready, readyMs = 30_000, machine, onLine, ...rest } = options;
  let lastLine = "";
  const bare = startChild({
    ...rest,
    onLine(line) {
      if (line.trim() !== "") lastLine = line.trim();
      onLine(line);
    },
  });
  const ended = bare.ended.then(async (end) => {
    await machine.killGroup(bare.pid);
    return end;
  });
  const child: Child = {
    ...bare,
    ended,
    async stop(deadlineMs) {
      await bare.stop(deadlineMs);
      return ended;
    },
  };
  const settled = new AbortController();
  try {
    const failed = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { signal: settled.signal });
      if (signal.aborted) reject(signal.reason);
      bare.ended.then((end) => {
        const how = end.signal === null ? `exit code ${end.code}` : `killed by ${end.signal}`;
        reject(new Error(lastLine === "" ? how : `${how}, its last words: ${lastLine}`));
      });
    });
    await withDeadline(
      Promise.race([ready(AbortSignal.any([signal, settled.signal])), failed]),
      readyMs,
      `Starting ${name}`,
    );
    return child;
  } catch (error) {
    await child.stop(1_000);
    throw error;
  } finally {
    settled.abort();
  }
}
