/**
 * Which program a client is, as far as it says so. Only for figures, and for what is known to
 * break it; never for what it may do.
 *
 * @module
 */

/** Programs the bridge can tell apart. */
export const CLIENT_KINDS = ["playwright", "puppeteer", "python", "go", "deno", "other"] as const;

/** One of them. */
export type ClientKind = typeof CLIENT_KINDS[number];

/** Guesses from `User-Agent`. */
export function clientKindOf(userAgent: string | undefined): ClientKind {
  const text = userAgent?.toLowerCase() ?? "";
  if (text.includes("playwright")) return "playwright";
  if (text.includes("puppeteer")) return "puppeteer";
  if (/python|browser-use|websockets\//.test(text)) return "python";
  if (text.includes("go-http-client")) return "go";
  if (text.includes("deno/")) return "deno";
  return "other";
}

/**
 * Whether this kind is known to answer a Ping with a Pong. chromedp never answers, and go-rod
 * takes a Ping for a message, so a client that does not name itself is never pinged.
 */
export function isPingable(kind: ClientKind): boolean {
  return kind === "playwright" || kind === "puppeteer" || kind === "python";
}
