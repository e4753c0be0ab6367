/**
 * What makes two cookies the same one: a browser holds one of each.
 *
 * @module
 */
import type { StateCookie } from "../storage_state.ts";

/** The part of a cookie that identifies it. Never its value. */
export type CookieIdentity = Pick<
  StateCookie,
  "name" | "domain" | "path" | "partitionKey" | "_crHasCrossSiteAncestor"
>;

/** Equal for the same cookie, different for another. */
export function cookieIdentity(cookie: CookieIdentity): string {
  const { name, domain, path, partitionKey, _crHasCrossSiteAncestor } = cookie;
  const partition = partitionKey === undefined
    ? []
    : [partitionKey, _crHasCrossSiteAncestor ?? true];
  return JSON.stringify([name, domain, path, ...partition]);
}
