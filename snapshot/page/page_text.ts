/**
 * The small texts of the page: ages, dates, and what others wrote.
 *
 * @module
 */
import { html } from "hono/html";
import { timeText } from "./span_text.js";

/** A piece of the page. */
export type Html = ReturnType<typeof html>;

/** An age, which the script lets grow. */
export function ago(atMs: number, nowMs: number): Html {
  return ticking("ago", atMs, nowMs);
}

/** What is left until a time, which the script lets shrink. */
export function left(atMs: number, nowMs: number): Html {
  return ticking("left", atMs, nowMs);
}

function ticking(kind: "ago" | "left", atMs: number, nowMs: number): Html {
  const text = timeText(kind, atMs, nowMs);
  return html`<time datetime="${iso(atMs)}" title="${utc(atMs)}" data-${kind}>${text}</time>`;
}

/** A moment. */
export function moment(atMs: number): Html {
  return html`<time datetime="${iso(atMs)}">${utc(atMs)}</time>`;
}

/** A site's own text may hold characters that turn the page's text around. */
export function clean(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}

/** A count with its word. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A cookie may expire later than a date can be. */
function iso(atMs: number): string {
  return new Date(Math.min(Math.max(atMs, 0), 8.64e15)).toISOString();
}

function utc(atMs: number): string {
  return `${iso(atMs).replace("T", " ").replace(/\.\d+Z$/, "")} UTC`;
}
