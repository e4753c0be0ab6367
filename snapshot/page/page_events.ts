/**
 * The stream of server-sent events (WHATWG HTML, section 9.2) that tells the page to look again. It
 * carries no facts: the page is asked for, and so is who may see it.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";

/** What makes a stream. */
export interface PageEventsOptions {
  /** A text that is another one when the page would be. */
  version: () => Promise<string>;
  /** Whether the viewer may still look. */
  isWelcome: () => Promise<boolean>;
  /** Time. */
  clock: Clock;
  /** Aborted when the server stops. */
  signal: AbortSignal;
  /** Told once, when the stream is over. */
  onEnd: () => void;
}

const LOOK_MS = 1_000;

/** Even without news the ages on the page grow. */
const MOST_SILENT_MS = 10_000;

/** Makes the body of the stream: one event at once, one with every change, one every ten seconds. */
export function pageEvents(options: PageEventsOptions): ReadableStream<Uint8Array> {
  const { version, isWelcome, clock, signal, onEnd } = options;
  const encoder = new TextEncoder();
  const left = new AbortController();
  const over = AbortSignal.any([signal, left.signal]);
  let seen: string | undefined;
  let isOver = false;
  function end(): void {
    if (isOver) return;
    isOver = true;
    onEnd();
  }

  /** The next event; `undefined` when there will be none. */
  async function nextEvent(): Promise<string | undefined> {
    const endMs = clock.monotonic() + MOST_SILENT_MS;
    while (!over.aborted) {
      const next = await version();
      if (next !== seen || clock.monotonic() >= endMs) {
        if (!await isWelcome()) return undefined;
        const start = seen === undefined ? "retry: 3000\n" : "";
        seen = next;
        return `${start}event: change\ndata:\n\n`;
      }
      await clock.sleep(LOOK_MS, over);
    }
    return undefined;
  }

  return new ReadableStream({
    async pull(controller) {
      let text: string | undefined;
      try {
        text = await nextEvent();
      } finally {
        if (text === undefined) end();
      }
      if (left.signal.aborted) return;
      if (text === undefined) controller.close();
      else controller.enqueue(encoder.encode(text));
    },
    cancel() {
      left.abort();
      end();
    },
  }, { highWaterMark: 0 });
}
