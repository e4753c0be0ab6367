/**
 * What kind of login a cookie or a stored item looks like, by its name and form.
 *
 * A guess for a person's eye: no field says "login". Values are looked at only for whether they
 * have the form of a JSON Web Token, and are never kept.
 *
 * @module
 */
import type { StateCookie, StateOrigin } from "../storage_state.ts";

/** What a login rests on. */
export type LoginKind = "session_cookie" | "persistent_cookie" | "token_in_storage";

/** Names that are in use for logins. */
const LOGIN_NAME =
  /sess|(?:^|[^a-z])s?sid(?:$|[^a-z])|auth|token|jwt|log(?:ged)?_?in|sso|remember|identity|account|user|oidc|msal|credential/i;

/** Names that look like those and are none. */
const OTHER_NAME =
  /csrf|xsrf|consent|nonce|^_ga|^_gid|^_gcl|^__cf|^cf_|optanon|locale|lang|theme|analytics/i;

const JSON_WEB_TOKEN = /"?eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"?/;

const LOGIN_DATABASE = /auth|token|firebaseLocalStorage|msal|credential|session/i;

/** The kind of login a cookie looks like; `undefined` for one that looks like none. */
export function cookieLogin(
  { name, httpOnly, expires }: Pick<StateCookie, "name" | "httpOnly" | "expires">,
): LoginKind | undefined {
  if (OTHER_NAME.test(name) || !(httpOnly || LOGIN_NAME.test(name))) return undefined;
  return expires === -1 ? "session_cookie" : "persistent_cookie";
}

/** Whether an origin's storage looks as if it held a login. */
export function hasStoredLogin({ localStorage, indexedDB = [] }: StateOrigin): boolean {
  return localStorage.some(({ name, value }) =>
    !OTHER_NAME.test(name) && (LOGIN_NAME.test(name) || JSON_WEB_TOKEN.test(value.slice(0, 8_192)))
  ) || indexedDB.some(({ name }) => LOGIN_DATABASE.test(name));
}
