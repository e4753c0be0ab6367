/**
 * The cookies of a browser's default context, as a storage state carries them.
 *
 * `Storage.getCookies` returns every cookie of the context, of all domains, with HttpOnly and
 * session cookies, whether or not a page is open. What seeding would choke on is left out here,
 * one cookie at a time, because a single one would make the whole seeding fail.
 *
 * @module
 */
import type { CdpClient, CdpResult } from "../../cdp/client.ts";
import { LATEST_EXPIRES_SECONDS, type StateCookie } from "../storage_state.ts";

/** A cookie as the browser reports it. */
export type BrowserCookie = CdpResult<"Storage.getCookies">["cookies"][number];

/** A cookie that cannot be carried over, and why. Never its value. */
export interface RejectedCookie {
  /** The cookie's name. */
  readonly name: string;
  /** The cookie's domain. */
  readonly domain: string;
  /** Why it cannot travel. */
  readonly reason: string;
}

/** What came of a cookie: one that can be seeded, or the reason why it cannot. */
export type CookieOutcome = { readonly cookie: StateCookie } | {
  readonly rejected: RejectedCookie;
};

/** Chromium's limit for name and value together, in bytes (`net/cookies/parsed_cookie.cc`). */
const MAX_NAME_VALUE_BYTES = 4_096;

/**
 * Reads every cookie of the default context.
 *
 * @throws {CdpError} When the browser has no default context.
 */
export async function readCookies(client: CdpClient): Promise<readonly BrowserCookie[]> {
  const { cookies } = await client.send("Storage.getCookies", {}, { deadlineMs: 20_000 });
  return cookies;
}

/**
 * Turns a browser's cookie into one that Playwright seeds as it was.
 *
 * @param cookie As the browser reports it.
 * @param nowMs Milliseconds since the epoch: an expired cookie does not travel.
 */
export function toStateCookie(cookie: BrowserCookie, nowMs: number): CookieOutcome {
  const reason = rejectionReason(cookie, nowMs);
  if (reason !== undefined) {
    return { rejected: { name: cookie.name, domain: cookie.domain, reason } };
  }
  const { name, value, domain, path, httpOnly, secure, partitionKey } = cookie;
  return {
    cookie: {
      name,
      value,
      domain,
      path,
      expires: cookie.session ? -1 : Math.min(cookie.expires, LATEST_EXPIRES_SECONDS),
      httpOnly,
      secure,
      // A cookie without the attribute is treated as Lax by Chromium.
      sameSite: cookie.sameSite ?? "Lax",
      ...(partitionKey === undefined ? {} : {
        partitionKey: partitionKey.topLevelSite,
        // Left out, seeding assumes true, and a first-party partitioned cookie lands elsewhere.
        _crHasCrossSiteAncestor: partitionKey.hasCrossSiteAncestor,
      }),
    },
  };
}

function rejectionReason(cookie: BrowserCookie, nowMs: number): string | undefined {
  const { name, value, domain, path, secure } = cookie;
  if (domain === "") return "it has no domain";
  if (!path.startsWith("/")) return "its path does not begin with a slash";
  if (cookie.partitionKeyOpaque) return "its partition belongs to a page without an origin";
  if (!cookie.session && !(cookie.expires * 1_000 > nowMs)) return "it has expired";
  // deno-lint-ignore no-control-regex -- control characters are the point
  if (/[\x00-\x1f\x7f;]/.test(value) || /[\x00-\x1f\x7f;=]/.test(name)) {
    return "its name or value holds a character that no cookie may hold";
  }
  if (byteLength(name) + byteLength(value) > MAX_NAME_VALUE_BYTES) {
    return `its name and value are longer than ${MAX_NAME_VALUE_BYTES} bytes`;
  }
  if (name === "" && value === "") return "it has neither name nor value";
  if (cookie.sameSite === "None" && !secure) return "it is SameSite=None without Secure";
  if (cookie.partitionKey !== undefined && !secure) return "it is partitioned without Secure";
  if (/^__(Secure|Host)-/i.test(name) && !secure) return "its prefix demands Secure";
  if (/^__Host-/i.test(name) && (domain.startsWith(".") || path !== "/")) {
    return "its prefix demands no Domain and the path /";
  }
  return undefined;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
