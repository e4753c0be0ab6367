/**
 * The access file of the snapshot server, from the roster and the users' tokens.
 *
 * It holds digests only, so it may be carried to where the server runs (see
 * docs/how-to/give-a-user-fewer-sites.md for its shape).
 *
 * @module
 */
import { stringify } from "yaml";
import type { Secret } from "../../core/secret.ts";
import { digestOf } from "../digest.ts";

/** Who may have which sites, and by which token they are known. */
export interface Subject {
  /** The account. */
  readonly user: string;
  /** Sites and hosts. */
  readonly sites: readonly string[];
  /** The token. */
  readonly token: Secret;
}

const HEADER =
  `# Who may have which logins. Written by the provisioner from the roster: edit that instead.
# The tokens themselves are in /etc/t3-serve/tokens.
`;

/** The file's content; subjects in the order of their names. */
export function accessText(subjects: readonly Subject[]): string {
  const inOrder = subjects.toSorted((a, b) => a.user < b.user ? -1 : 1);
  const entries = inOrder.map(({ user, sites, token }) => [
    user,
    { tokens: [`sha256:${digestOf(token)}`], sites: sites.toSorted() },
  ]);
  return `${HEADER}${stringify({ subjects: Object.fromEntries(entries) })}`;
}
