/**
 * Who asks, and what they may have: a subject of the access file, or whoever shows the one token
 * that stands for everything.
 *
 * A token that nobody knows has both files looked at again, so that a new one works at once.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { findSubject, type Subject, tokenDigest } from "../access/access_rules.ts";
import type { AccessStore } from "../access/access_store.ts";
import { type Grant, WHOLE_GRANT } from "../access/grant.ts";
import { bearerOf, type TokenGate } from "./token_gate.ts";

/** What a request may have, or why it may have nothing. */
export type Access =
  | { readonly kind: "admitted"; readonly grant: Grant }
  | { readonly kind: "refused" }
  | { readonly kind: "unconfigured" };

/** Decides about requests. */
export interface AccessGate {
  /**
   * Decides about one request.
   *
   * @param authorization The value of its `Authorization` header.
   * @param options `isFresh` has the files read again first.
   */
  admit(authorization: string | null, options?: { isFresh?: boolean }): Promise<Access>;
}

/** Whom the gate asks. */
export interface AccessGateOptions {
  /** The one token; left out where there is none and an access file instead. */
  tokenGate?: TokenGate | undefined;
  /** The access file, where there is one. */
  access?: AccessStore | undefined;
  /** Time, for those who have expired. */
  clock: Clock;
}

const WHOLE: Access = { kind: "admitted", grant: WHOLE_GRANT };
const REFUSED: Access = { kind: "refused" };
const UNCONFIGURED: Access = { kind: "unconfigured" };

/** Makes the gate. */
export function createAccessGate(options: AccessGateOptions): AccessGate {
  const { tokenGate, access, clock } = options;

  function subjectOf(digest: Uint8Array): Subject | undefined {
    const rules = access?.rules();
    return rules === undefined ? undefined : findSubject(rules, digest, clock.now());
  }

  async function admitSubject(
    authorization: string | null,
    isFresh: boolean,
  ): Promise<Access | undefined> {
    const presented = bearerOf(authorization);
    if (access === undefined || presented === undefined) return undefined;
    const digest = tokenDigest(presented);
    if (isFresh) await access.reload();
    const subject = subjectOf(digest);
    return subject === undefined ? undefined : { kind: "admitted", grant: subject.grant };
  }

  return {
    async admit(authorization, { isFresh = false } = {}) {
      const known = await admitSubject(authorization, isFresh);
      if (known !== undefined) return known;
      const admission = await tokenGate?.admit(authorization ?? undefined, { isFresh });
      if (admission === "admitted") return WHOLE;
      const found = isFresh ? undefined : await admitSubject(authorization, true);
      if (found !== undefined) return found;
      const isConfigured = admission === "refused" || access?.rules() !== undefined;
      return isConfigured ? REFUSED : UNCONFIGURED;
    },
  };
}
