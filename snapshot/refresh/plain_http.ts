/**
 * Whether a token would cross a network in the clear.
 *
 * @module
 */

/**
 * The warning for an address that gives the bearer, and every login after it, to whoever listens
 * on the way. Loopback is no network.
 *
 * @param url The snapshot's address.
 * @returns A sentence, or `undefined` where there is nothing to warn of.
 */
export function plainHttpWarning(url: URL): string | undefined {
  if (url.protocol !== "http:" || isLoopback(url.hostname)) return undefined;
  return `The token goes to ${url.host} over plain http, where anybody on the way can read it and ` +
    "every login: use https";
}

/** Names below "localhost" never leave the machine (RFC 6761, section 6.3). */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
