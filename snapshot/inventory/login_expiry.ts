/**
 * Until when the logins of a snapshot last, as far as their cookies say.
 *
 * @module
 */
import { canonicalHost, siteOf } from "../access/host.ts";
import type { StorageState } from "../storage_state.ts";
import { cookieLogin } from "./login_kind.ts";

/**
 * When the last persistent login cookie of each site expires, in milliseconds since the epoch.
 *
 * The last, since a short-lived cookie beside a long-lived one is renewed by it. A site whose login
 * also rests on session cookies is in it all the same: nothing says which of them is the login.
 */
export function loginExpiries({ cookies }: StorageState): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const cookie of cookies) {
    if (cookieLogin(cookie) !== "persistent_cookie") continue;
    const domain = cookie.domain.replace(/^\./, "");
    const site = siteOf(canonicalHost(domain) ?? domain);
    latest.set(site, Math.max(latest.get(site) ?? 0, cookie.expires * 1_000));
  }
  return latest;
}
