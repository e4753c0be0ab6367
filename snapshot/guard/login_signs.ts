/**
 * What in a state looks like a login, without knowing the site.
 *
 * Nobody can be certain from outside. Erring towards "it is one" makes the guard more careful,
 * erring the other way makes it blind; so every HttpOnly cookie counts but those that are known
 * to be given to everybody.
 *
 * @module
 */
import type { StateCookie, StateOrigin } from "../storage_state.ts";
import { siteOfHost, siteOfOrigin } from "./site_of.ts";

const LOGIN_NAME =
  /sess|(?:^|[^a-z])s?sid(?![a-z])|auth|token|jwt|login|logged|user|account|credential|remember/i;

/** Protection against forgery, bots and uneven load is handed out before anybody logs in. */
const EVERYBODY_HAS = /csrf|xsrf|^__?cf|^cf_|^_ga|^_gid|^AWSALB|^visid_|^incap_|^ak_bmsc|^bm_/i;

/** A JSON Web Token, or JSON that holds one. */
const WEB_TOKEN = /\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*/;

/** Whether a cookie looks like a login. */
export function isLoginCookie({ name, httpOnly }: StateCookie): boolean {
  return !EVERYBODY_HAS.test(name) && (httpOnly || LOGIN_NAME.test(name));
}

/** Whether the storage of an origin looks like a login. */
export function isLoginOrigin({ localStorage, indexedDB = [] }: StateOrigin): boolean {
  return localStorage.some(({ name, value }) =>
    value !== "" && !EVERYBODY_HAS.test(name) &&
    (LOGIN_NAME.test(name) || value.length < 100_000 && WEB_TOKEN.test(value))
  ) || indexedDB.some(({ name, stores }) =>
    LOGIN_NAME.test(name) || name === "firebaseLocalStorageDb" ||
    stores.some((store) =>
      store.records.length > 0 && LOGIN_NAME.test(store.name)
    )
  );
}

/** How much of a login a site holds. */
export interface SiteLogins {
  /** Cookies that look like a login. */
  readonly cookies: number;
  /** Origins whose storage looks like one. */
  readonly origins: number;
}

/** The logins of a state, by site; a site without any is not in it. */
export function loginsBySite(
  state: { readonly cookies: readonly StateCookie[]; readonly origins: readonly StateOrigin[] },
): ReadonlyMap<string, SiteLogins> {
  const sites = new Map<string, SiteLogins>();
  function add(site: string, cookies: number, origins: number): void {
    const known = sites.get(site) ?? { cookies: 0, origins: 0 };
    sites.set(site, { cookies: known.cookies + cookies, origins: known.origins + origins });
  }
  for (const cookie of state.cookies) {
    if (isLoginCookie(cookie)) add(siteOfHost(cookie.domain), 1, 0);
  }
  for (const origin of state.origins) {
    if (isLoginOrigin(origin)) add(siteOfOrigin(origin.origin), 0, 1);
  }
  return sites;
}
