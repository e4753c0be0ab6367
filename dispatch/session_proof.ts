/**
 * What of a request could be the proof of a session with t3, and which cookies t3 gets to see.
 *
 * @module
 */
import { type HeaderField, headerValues, type RequestHead } from "../core/request_head.ts";
import { isSessionCookieName } from "../t3/session.ts";

/**
 * Whether a request shows something that t3 may take for a session: a cookie with a name t3 uses,
 * a bearer token, or a ticket for a WebSocket. Whether it is good is for t3 to say.
 *
 * @param head The request.
 * @param cookieName The name the instance says its cookie has, where that is known.
 */
export function hasSessionProof(head: RequestHead, cookieName?: string): boolean {
  const isNamed = ({ name }: Cookie) => name === cookieName || isSessionCookieName(name);
  if (cookiesOf(head.fields).some(isNamed)) return true;
  const schemes = headerValues(head.fields, "authorization");
  if (schemes.some((value) => /^(?:bearer|dpop) /i.test(value))) return true;
  const query = head.target.split("?")[1] ?? "";
  return /(?:^|&)wsTicket=[^&]/.test(query);
}

/**
 * The `Cookie` header for t3: all of the request's cookies but those of the identity provider, with
 * which somebody could be that person everywhere.
 *
 * @returns `undefined` where none is left.
 */
export function cookieForInstance(fields: readonly HeaderField[]): string | undefined {
  const kept = cookiesOf(fields).filter(({ name }) => !/^authentik_/i.test(name));
  return kept.length === 0 ? undefined : kept.map(({ text }) => text).join("; ");
}

interface Cookie {
  readonly name: string;
  readonly text: string;
}

function cookiesOf(fields: readonly HeaderField[]): readonly Cookie[] {
  return headerValues(fields, "cookie").flatMap((value) => value.split(";")).map((part) => {
    const text = part.trim();
    return { name: (text.split("=", 1)[0] ?? "").trim(), text };
  }).filter(({ text }) => text !== "");
}
