/**
 * Whether a request may pass, decided from its head alone.
 *
 * A page in any browser can make requests to this port, the driven browser's own pages included,
 * so nothing is trusted for coming from loopback. Programs send neither `Origin` nor
 * `Sec-Fetch-Site`; refusing both by default costs them nothing.
 *
 * @module
 */
import type { Secret } from "../core/secret.ts";
import { type AddressRange, isInRange } from "../core/address_range.ts";
import { isHostAllowed, parseAuthority } from "./host_rule.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { hasToken, headerValue, type RequestHead } from "../core/request_head.ts";
import type { ClientAddress } from "./rewrite_urls.ts";
import { type Route, routeOf } from "./route.ts";
import { checkToken } from "./token.ts";

/** What the gate is set to. */
export interface GateRules {
  /** Names allowed in `Host` beside addresses and localhost. */
  readonly allowedHosts: readonly string[];
  /** Origins allowed to connect. */
  readonly allowedOrigins: readonly string[];
  /** Proxies whose `X-Forwarded-Proto` counts. */
  readonly trustedProxies: readonly AddressRange[];
  /** The token clients must show. */
  readonly token?: Secret | undefined;
}

/** The two ends of the client's connection. */
export interface ConnectionEnds {
  /** The client's address. */
  readonly peerAddress: string;
  /** Where the client connected to, as `address:port`. */
  readonly localAuthority: string;
}

/** The gate's answer. */
export type Verdict =
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | {
    readonly kind: "passed";
    /** What the path asks for. */
    readonly route: Route;
    /** Path and query without the token. */
    readonly target: string;
    /** Whether a WebSocket is asked for. */
    readonly isUpgrade: boolean;
    /** How the client reached the bridge. */
    readonly client: ClientAddress;
  };

const METHODS: readonly string[] = ["GET", "HEAD", "PUT", "POST"];

/** No endpoint of the DevTools server reads a body. */
export const MAX_BODY_BYTES = 1 << 20;

/** Judges a request. */
export function judge(head: RequestHead, ends: ConnectionEnds, rules: GateRules): Verdict {
  const refused = (...args: Parameters<typeof refuse>): Verdict => ({
    kind: "refused",
    refusal: refuse(...args),
  });
  const host = headerValue(head.fields, "host");
  const authority = host === undefined || host === "" ? ends.localAuthority : host;
  const parsed = parseAuthority(authority);
  if (parsed === undefined) return refused("host_invalid");
  if (!isHostAllowed(parsed, rules.allowedHosts)) return refused("host_foreign", `"${authority}"`);
  const origin = headerValue(head.fields, "origin");
  if (origin !== undefined) {
    const allowed = rules.allowedOrigins.map((item) => item.toLowerCase());
    if (!allowed.includes(origin.toLowerCase())) {
      return refused("origin", `"${origin.slice(0, 200)}"`);
    }
  } else {
    // Two ports of one host are one site, so a page of another local server is "same-site".
    const site = headerValue(head.fields, "sec-fetch-site")?.toLowerCase();
    if (site !== undefined && site !== "none" && site !== "same-origin") {
      return refused("cross_site");
    }
  }
  let target = head.target;
  let token: string | undefined;
  if (rules.token !== undefined) {
    const check = checkToken(head, rules.token);
    if (check.kind === "none") return refused("token_missing");
    if (check.kind === "wrong") return refused("token_wrong");
    target = check.target;
    token = rules.token.reveal();
  }
  if (!METHODS.includes(head.method)) return refused("method");
  if (head.bodyBytes > MAX_BODY_BYTES) return refused("body_too_large");
  const route = routeOf(target);
  const isUpgrade = head.method === "GET" && head.bodyBytes === 0 &&
    hasToken(head.fields, "connection", "upgrade") &&
    hasToken(head.fields, "upgrade", "websocket");
  const isSecure = rules.trustedProxies.some((range) => isInRange(ends.peerAddress, range)) &&
    headerValue(head.fields, "x-forwarded-proto")?.split(",")[0]?.trim().toLowerCase() === "https";
  return { kind: "passed", route, target, isUpgrade, client: { authority, isSecure, token } };
}
