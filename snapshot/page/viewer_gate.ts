/**
 * Who may see the status page: whoever shows a bearer that may read the snapshot, or a person whom
 * the ingress has let in and names in a header.
 *
 * A browser asks for a name and a password where there is no ingress: the token is the password. A
 * token's holder is shown what the token may read; whoever the ingress lets in is shown everything,
 * as on the live view. The header counts only from peers that are trusted, and beside the ingress's
 * own token where there is one: a foreign address may write any name there.
 *
 * @module
 */
import { type AddressRange, isInRange } from "../../core/address_range.ts";
import { isSameSecret } from "../../core/same_secret.ts";
import type { Secret } from "../../core/secret.ts";
import { type Grant, WHOLE_GRANT } from "../access/grant.ts";
import type { Access } from "../server/access_gate.ts";

/** Somebody who may look, or why they may not. */
export type Viewing =
  | { readonly kind: "viewer"; readonly name: string; readonly grant: Grant }
  | { readonly kind: "refused" | "unconfigured" };

/** Whom to believe. */
export interface ViewerGateOptions {
  /** Decides about a bearer. */
  admit: (authorization: string | null, options?: { isFresh?: boolean }) => Promise<Access>;
  /** Addresses of the ingress; none: a bearer is the only way. */
  trustedPeers: readonly AddressRange[];
  /** The header in which it says who somebody is. */
  identityHeader: string;
  /** What it shows in `X-Hearth-Ingress`; none: its address is enough. */
  ingressToken: Secret | undefined;
}

/** Decides about a request by its header and the address it came from. */
export type ViewerGate = (
  headers: Headers,
  peer: string,
  options?: { isFresh?: boolean },
) => Promise<Viewing>;

/** Fields that are sent twice arrive joined by a comma, which is in no identity. */
const IDENTITY = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,252})?$/;

/** Makes the gate. */
export function createViewerGate(options: ViewerGateOptions): ViewerGate {
  const { admit, trustedPeers, identityHeader, ingressToken } = options;

  function isIngress(headers: Headers, peer: string): boolean {
    if (!trustedPeers.some((range) => isInRange(peer, range))) return false;
    return ingressToken === undefined ||
      isSameSecret(headers.get("x-hearth-ingress") ?? "", ingressToken);
  }

  return async (headers, peer, { isFresh = false } = {}) => {
    const identity = headers.get(identityHeader) ?? "";
    if (isIngress(headers, peer) && IDENTITY.test(identity)) {
      return { kind: "viewer", name: identity, grant: WHOLE_GRANT };
    }
    const access = await admit(bearerOf(headers.get("authorization")), { isFresh });
    if (access.kind === "admitted") {
      return { kind: "viewer", name: access.subject, grant: access.grant };
    }
    // With an ingress there is a way in, whatever is said of tokens.
    return { kind: trustedPeers.length > 0 ? "refused" : access.kind };
  };
}

/** A password (RFC 7617) stands for the bearer of the same text. */
function bearerOf(authorization: string | null): string | null {
  const basic = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? "")?.[1];
  if (basic === undefined) return authorization;
  let pair: string;
  try {
    pair = atob(basic);
  } catch {
    // Not base64: no password either.
    return null;
  }
  return `Bearer ${pair.slice(pair.indexOf(":") + 1)}`;
}
