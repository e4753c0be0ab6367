/**
 * When two identities are the same person.
 *
 * @module
 */

/** What an identity may hold: it is written into maps with a `name=value` on each line. */
export const IDENTITY: RegExp =
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,252})?$/;

/** What an identity must be, as part of a sentence. */
export const IDENTITY_RULE =
  'must be a user name such as "alice" or "alice@example.com", without blanks or other signs';

/**
 * An identity without its domain: `alice` of `alice@example.com`.
 *
 * @param identity As the identity provider writes it.
 */
export function withoutDomain(identity: string): string {
  return identity.split("@", 1)[0] ?? "";
}

/**
 * The key under which an identity is compared: without its domain, in lower case. The proxy in
 * front sends `alice` one day and `Alice@example.com` the next, and means one person.
 *
 * @param identity As the identity provider writes it.
 */
export function identityKey(identity: string): string {
  return withoutDomain(identity).toLowerCase();
}
