/**
 * What the server has seen happen since it started: what went wrong, what was mended, who was
 * turned away. It is kept in memory; published generations are in the manifest.
 *
 * @module
 */
import type { PageFault } from "./page_faults.ts";

/** Something that happened. */
export interface PageEvent {
  /** When, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Of what kind. */
  readonly mood: "good" | "warning" | "bad";
  /** A sentence, which may name paths and sites. */
  readonly text: string;
  /** What of it everybody may know; none: nothing. */
  readonly publicText?: string;
}

/** The history of one server. */
export interface PageHistory {
  /** Takes in what is wrong now: what is new has happened, and what is no more is over. */
  observe(faults: readonly PageFault[]): void;
  /** Takes in that a request showed no valid token. */
  noteRefusal(): void;
  /** What has happened, in the order in which it was seen. */
  events(): readonly PageEvent[];
}

const MOST = 50;

/** Refusals within this time are told as one. */
const SAME_MS = 10 * 60_000;

/**
 * Makes one that begins with the server's start.
 *
 * @param now Milliseconds since the epoch.
 */
export function createPageHistory(now: () => number): PageHistory {
  const text = "The snapshot server started";
  let events: readonly PageEvent[] = [{ atMs: now(), mood: "good", text, publicText: text }];
  let wrong: ReadonlyMap<string, PageFault> = new Map();
  let refused: { fromMs: number; count: number; event: PageEvent } | undefined;

  function add(event: PageEvent): void {
    events = [...events, event].slice(-MOST);
  }

  return {
    observe(faults) {
      const next = new Map(faults.map((fault) => [fault.name, fault]));
      for (const { name, mood, text, publicText, sinceMs } of faults) {
        if (!wrong.has(name)) add({ atMs: sinceMs, mood, text, publicText });
      }
      for (const [name, { publicText }] of wrong) {
        if (next.has(name)) continue;
        const text = `Over: ${publicText}`;
        add({ atMs: now(), mood: "good", text, publicText: text });
      }
      wrong = next;
    },
    noteRefusal() {
      const atMs = now();
      if (refused === undefined || atMs - refused.fromMs > SAME_MS) {
        const event: PageEvent = {
          ...{ atMs, mood: "warning" },
          text: "A request was refused: it showed no valid token",
        };
        refused = { fromMs: atMs, count: 1, event };
        add(event);
        return;
      }
      const { event: before, count } = refused;
      const event: PageEvent = {
        ...before,
        atMs,
        text: `${count + 1} requests were refused: they showed no valid token`,
      };
      events = events.map((one) => one === before ? event : one);
      refused = { ...refused, count: count + 1, event };
    },
    events: () => events,
  };
}
