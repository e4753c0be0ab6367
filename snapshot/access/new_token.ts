/**
 * A new token for a subject, and what to write into the access file for it.
 *
 * @module
 */
import { stringify } from "yaml";
import { Secret } from "../../core/secret.ts";
import { tokenDigest } from "./access_rules.ts";
import { parseAccessFile } from "./parse_access_file.ts";

/** Whom the token is for. */
export interface NewTokenOptions {
  /** The subject's name. */
  subject: string;
  /** Allowed sites and hosts, or `*` alone. */
  sites: readonly string[];
  /** Denied sites and hosts. */
  deny?: readonly string[];
  /** When the subject's access ends, as the access file writes it. */
  expires?: string | undefined;
  /** Whether session cookies are withheld. */
  hasNoSessionCookies?: boolean;
  /** The token's 32 random bytes. @default {from the system} */
  bytes?: Uint8Array;
}

/** A token that nobody knows yet. */
export interface NewToken {
  /** The token itself: to be shown once, to whom it is for. */
  readonly token: Secret;
  /** The line of YAML that stands for it. */
  readonly digest: string;
  /** An access file with the subject and nothing else. */
  readonly yaml: string;
}

/**
 * Makes a token.
 *
 * @param options Whom it is for.
 * @throws {AccessFileError} When the subject would make an invalid access file.
 */
export function newToken(options: NewTokenOptions): NewToken {
  const { subject, sites, deny = [], expires, hasNoSessionCookies = false } = options;
  const { bytes = crypto.getRandomValues(new Uint8Array(32)) } = options;
  const token = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const digest = `sha256:${new Uint8Array(tokenDigest(token)).toHex()}`;
  const yaml = stringify({
    subjects: {
      [subject]: {
        tokens: [digest],
        sites: sites.length === 1 && sites[0] === "*" ? "*" : sites,
        ...(deny.length === 0 ? {} : { deny }),
        ...(expires === undefined ? {} : { expires }),
        ...(hasNoSessionCookies ? { no_session_cookies: true } : {}),
      },
    },
  });
  parseAccessFile(yaml);
  return { token: new Secret(token), digest, yaml };
}
