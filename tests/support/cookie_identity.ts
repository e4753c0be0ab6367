/**
 * What makes two cookies the same.
 *
 * @module
 */
import type { BrowserCookie } from "../../snapshot/harvest/cookies.ts";

/** Everything of a cookie that a snapshot promises to carry. */
export function cookieIdentity(cookie: BrowserCookie): string {
  const { name, value, domain, path, httpOnly, secure, session, expires } = cookie;
  const sameSite = cookie.sameSite ?? "Lax";
  const partition = JSON.stringify(cookie.partitionKey ?? null);
  const until = session ? "session" : Math.round(Number(expires));
  return [name, value, domain, path, httpOnly, secure, sameSite, until, partition].join(" ");
}
