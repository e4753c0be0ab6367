/**
 * Says what goes on while nothing else is printed, once it has taken two seconds.
 *
 * It is a line of the terminal that comes and goes, on standard error. Where that is no terminal
 * nothing is written: a log has its own lines, and a pipe wants results.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** Where it is said. */
export interface ProgressTerminal {
  /** Whether there is a person to see it. */
  readonly isTerminal: boolean;
  /** Writes as it is. */
  write(text: string): void;
}

/** What goes on. */
export interface Progress extends Disposable {
  /** Something else goes on from now; `undefined`: nothing that takes its time. */
  about(what: string | undefined): void;
  /** Takes the line away, for whoever prints in its place. */
  clear(): void;
}

/** What takes less is over before it is read. */
const PATIENCE_MS = 2_000;
const EVERY_MS = 1_000;
/** Nothing is broken into two lines, of which only one could be taken away. */
const WIDTH = 76;

/** Standard error. */
export const STANDARD_ERROR: ProgressTerminal = {
  get isTerminal() {
    return Deno.stderr.isTerminal();
  },
  write: (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)),
};

/**
 * Begins to tell.
 *
 * @param what What goes on, without a full stop; `undefined`: nothing yet.
 * @param clock The time.
 * @param terminal Where.
 */
export function startProgress(
  what: string | undefined,
  clock: Clock,
  terminal: ProgressTerminal = STANDARD_ERROR,
): Progress {
  const ended = new AbortController();
  let current = what;
  let sinceMs = clock.monotonic();
  let isShown = false;

  function clear(): void {
    if (isShown) terminal.write("\r\x1b[K");
    isShown = false;
  }

  async function tell(): Promise<void> {
    while (!ended.signal.aborted) {
      await clock.sleep(EVERY_MS, ended.signal);
      const takenMs = clock.monotonic() - sinceMs;
      if (ended.signal.aborted || current === undefined || takenMs < PATIENCE_MS) continue;
      // What is told of may be named by somebody else, and would act on the terminal.
      const text = current.replaceAll(/\p{C}/gu, "?").slice(0, WIDTH - 10);
      terminal.write(`\r\x1b[K${text} … ${Math.floor(takenMs / 1_000)} s`);
      isShown = true;
    }
  }

  if (terminal.isTerminal) tell();
  return {
    about(next) {
      clear();
      current = next;
      sinceMs = clock.monotonic();
    },
    clear,
    [Symbol.dispose]() {
      ended.abort();
      clear();
    },
  };
}
