/**
 * Who a request is from, by the header the ingress sets.
 *
 * The header is all that stands between two users, so it counts only from peers that are trusted,
 * only once, and only where it is plainly a name: what could be read in two ways is refused. An
 * identity's domain does not count, nor does its case: an identity provider sends `alice` one day and
 * `Alice@example.com` the next, and means one person.
 *
 * @module
 */
import { type AddressRange, isInRange } from "../core/address_range.ts";
import { type HeaderField, headerValues } from "../core/request_head.ts";
import { isSameSecret } from "../core/same_secret.ts";
import type { Secret } from "../core/secret.ts";

/** Who it is, or why that cannot be told. */
export type Identity =
  | { readonly kind: "identity"; readonly key: string }
  | {
    readonly kind: "refused";
    readonly reason:
      | "peer_foreign"
      | "ingress_unproved"
      | "identity_missing"
      | "identity_duplicate"
      | "identity_invalid";
  };

/** Whom to believe. */
export interface IdentityRules {
  /** The name of the header. */
  readonly header: string;
  /** Addresses of the ingress. */
  readonly trustedPeers: readonly AddressRange[];
  /** What the ingress shows in {@linkcode INGRESS_HEADER}; none: its address is enough. */
  readonly ingressToken: Secret | undefined;
}

/**
 * Where the ingress shows that it is itself. On an address where other people run programs too, and
 * the loopback of a dev box is one, the address alone proves nothing.
 */
export const INGRESS_HEADER = "X-Hearth-Ingress";

const IDENTITY = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,252})?$/;

/**
 * Tells whom a request is from.
 *
 * @param fields Its header lines.
 * @param peer The address it came from.
 * @param rules Whom to believe.
 */
export function readIdentity(
  fields: readonly HeaderField[],
  peer: string,
  rules: IdentityRules,
): Identity {
  if (!rules.trustedPeers.some((range) => isInRange(peer, range))) return refused("peer_foreign");
  if (rules.ingressToken !== undefined) {
    const [shown, ...more] = headerValues(fields, INGRESS_HEADER);
    const isProved = shown !== undefined && more.length === 0 &&
      isSameSecret(shown, rules.ingressToken);
    if (!isProved) return refused("ingress_unproved");
  }
  const values = headerValues(fields, rules.header);
  if (values.length > 1) return refused("identity_duplicate");
  const [value] = values;
  if (value === undefined || value === "") return refused("identity_missing");
  const key = identityKey(value);
  return key === undefined ? refused("identity_invalid") : { kind: "identity", key };
}

/** What an identity is looked up by; `undefined` where it is none. */
export function identityKey(identity: string): string | undefined {
  if (!IDENTITY.test(identity)) return undefined;
  return identity.split("@", 1)[0]?.toLowerCase();
}

function refused(reason: Extract<Identity, { kind: "refused" }>["reason"]): Identity {
  return { kind: "refused", reason };
}
