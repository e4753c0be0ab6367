/**
 * Who asks, and what they may have: a subject of the access file, or whoever shows the one token
 * that stands for everything.
 *
 * A token that nobody knows has both files looked at again, so that a new one works at once.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { findSubject } from "../access/access_rules.ts";
import type { AccessStore } from "../access/access_store.ts";
import { type Grant, WHOLE_GRANT } from "../access/grant.ts";
import { createBearerDigest } from "./bearer_digest.ts";
import { EVERYONE } from "./pull_times.ts";
import type { TokenGate } from "./token_gate.ts";

/** What a request may have, or why it may have nothing. */
export type Access =
  | { readonly kind: "admitted"; readonly grant: Grant; readonly subject: string }
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
  /** What a request may have, where that is known without a look at any file. */
  admitNow(authorization: string | null): Access | undefined;
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

const WHOLE: Access = { kind: "admitted", grant: WHOLE_GRANT, subject: EVERYONE };
const REFUSED: Access = { kind: "refused" };
const UNCONFIGURED: Access = { kind: "unconfigured" };

/** Makes the gate. */
export function createAccessGate(options: AccessGateOptions): AccessGate {
  const { tokenGate, access, clock } = options;
  const digestOf = createBearerDigest();

  function find(digest: Uint8Array | undefined): Access | undefined {
    const rules = access?.rules();
    if (rules === undefined || digest === undefined) return undefined;
    const subject = findSubject(rules, digest, clock.now());
    if (subject === undefined) return undefined;
    return { kind: "admitted", grant: subject.grant, subject: subject.name };
  }

  return {
    admitNow(authorization) {
      return find(digestOf(authorization)) ??
        (tokenGate?.isAdmittedNow(authorization) === true ? WHOLE : undefined);
    },
    async admit(authorization, { isFresh = false } = {}) {
      const digest = digestOf(authorization);
      if (isFresh) await access?.reload();
      const known = find(digest);
      if (known !== undefined) return known;
      const admission = await tokenGate?.admit(authorization ?? undefined, { isFresh });
      if (admission === "admitted") return WHOLE;
      if (!isFresh && digest !== undefined) await access?.reload();
      const found = find(digest);
      if (found !== undefined) return found;
      const isConfigured = admission === "refused" || access?.rules() !== undefined;
      return isConfigured ? REFUSED : UNCONFIGURED;
    },
  };
}
