/**
 * Which authorities a client may name in `Host`.
 *
 * Chromium answers only IP literals and localhost, which is its defence against DNS rebinding.
 * The bridge rewrites `Host`, so it must keep that defence itself, and widen it by exactly the
 * names it was configured with.
 * Source: content/browser/devtools/devtools_http_handler.cc, `RequestIsSafeToServe`.
 *
 * @module
 */
import { isAddress } from "../core/address_range.ts";

/** An authority taken apart. */
export interface Authority {
  /** Name or address, lower case, without brackets and without a final dot. */
  readonly hostname: string;
  /** Whether the host is an IP address. */
  readonly isAddress: boolean;
}

/**
 * Takes the value of a `Host` header apart.
 *
 * @returns `undefined` where it is no `host` or `host:port`.
 */
export function parseAuthority(value: string): Authority | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(value);
  if (match === null || Number(match[3] ?? 0) > 65_535) return undefined;
  const [, literal, name] = match;
  if (literal !== undefined) {
    return isAddress(literal) && literal.includes(":")
      ? { hostname: literal.toLowerCase(), isAddress: true }
      : undefined;
  }
  const hostname = (name ?? "").toLowerCase().replace(/\.$/, "");
  if (hostname === "" || hostname.split(".").includes("")) return undefined;
  return { hostname, isAddress: isAddress(hostname) };
}

/** Whether a client may use this authority, given the configured names. */
export function isHostAllowed(authority: Authority, allowedHosts: readonly string[]): boolean {
  const { hostname } = authority;
  if (authority.isAddress || hostname === "localhost" || hostname.endsWith(".localhost")) {
    return true;
  }
  return allowedHosts.some((pattern) => {
    const wanted = pattern.toLowerCase();
    return wanted.startsWith("*.") ? hostname.endsWith(wanted.slice(1)) : hostname === wanted;
  });
}

/** Whether a text can stand in the list of configured names: `name` or `*.name`. */
export function isHostPattern(text: string): boolean {
  return /^(\*\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/i.test(text);
}
