/**
 * Who may read the snapshot: whoever shows the bearer token.
 *
 * The token may stand in a file, which is read again when a token does not match and when the last
 * reading is a second old: a new token works at once, an old one for at most that second.
 * Only digests are compared, all bytes of them, so that the time taken tells nothing.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { errorText } from "../../core/error_text.ts";
import { freshRun } from "../../core/fresh_run.ts";
import type { HealthRegistry } from "../../core/health.ts";
import type { Logger } from "../../core/log.ts";
import type { Secret } from "../../core/secret.ts";
import { tokenDigest } from "../access/access_rules.ts";
import { parseBearerToken } from "../bearer_token.ts";
import { createBearerDigest } from "./bearer_digest.ts";

/** The answer to a request: let it in, send it away, or there is no token to compare with. */
export type Admission = "admitted" | "refused" | "unconfigured";

/** Decides about requests. */
export interface TokenGate {
  /**
   * Decides about one request.
   *
   * @param authorization The value of its `Authorization` header.
   * @param options `isFresh` has the file read again first, however young the last reading is.
   */
  admit(authorization: string | undefined, options?: { isFresh?: boolean }): Promise<Admission>;
  /**
   * Whether a request can be let in without a look at the file: the token is right, and was read
   * a moment ago.
   */
  isAdmittedNow(authorization: string | null): boolean;
}

/** Where the token comes from and where its faults go. */
export interface TokenGateOptions {
  /** A file with the token; it wins over `token`. */
  file?: string | undefined;
  /** The token itself. */
  token?: Secret | undefined;
  /** How old a reading of the file may be, in milliseconds. @default {1000} */
  maxAgeMs?: number;
  /** Time. */
  clock: Clock;
  /** Where a missing token is reported. */
  health: HealthRegistry;
  /** The program's log. */
  log: Logger;
}

/** The health state of a server that can let nobody in. */
export const NO_TOKEN_STATE = "token_not_configured";

/**
 * Makes the gate; the token is read before it resolves, so that health is right from the start.
 *
 * @throws {Deno.errors.NotCapable} When the program's permissions do not cover the file.
 */
export async function createTokenGate(options: TokenGateOptions): Promise<TokenGate> {
  const { file, token, maxAgeMs = 1_000, clock, health, log } = options;
  const digestOf = createBearerDigest();
  let digest: Uint8Array | undefined;
  let readMs = -Infinity;
  let trouble: string | undefined;

  async function readToken(): Promise<void> {
    try {
      if (file !== undefined) {
        adopt(await Deno.readTextFile(file));
      } else if (token !== undefined) {
        adopt(token.reveal());
      } else {
        refuse("No token is configured: set PW_TOKEN_FILE or PW_TOKEN");
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      const source = file === undefined ? "PW_TOKEN" : `PW_TOKEN_FILE "${file}"`;
      refuse(`Cannot use the token in ${source}: ${errorText(error)}`);
    }
    readMs = clock.monotonic();
  }

  function adopt(text: string): void {
    const next = tokenDigest(parseBearerToken(text).reveal());
    if (digest !== undefined && !timingSafeEqual(digest, next)) log.info("token changed");
    digest = next;
    trouble = undefined;
    health.clear(NO_TOKEN_STATE);
  }

  function refuse(text: string): void {
    digest = undefined;
    health.raise(NO_TOKEN_STATE, "error", text);
    if (trouble !== text) log.error(text, { state: NO_TOKEN_STATE });
    trouble = text;
  }

  const reread = freshRun(readToken);
  await reread();
  return {
    isAdmittedNow(authorization) {
      const shown = digestOf(authorization);
      const isYoung = file === undefined || clock.monotonic() - readMs < maxAgeMs;
      return isYoung && shown !== undefined && matches(shown);
    },
    async admit(authorization, { isFresh = false } = {}) {
      const shown = digestOf(authorization);
      const isFixed = file === undefined;
      if (!isFixed && (isFresh || clock.monotonic() - readMs >= maxAgeMs)) await reread();
      if (!isFixed && shown !== undefined && !matches(shown)) await reread();
      if (digest === undefined) return "unconfigured";
      return shown !== undefined && matches(shown) ? "admitted" : "refused";
    },
  };

  function matches(shown: Uint8Array): boolean {
    return digest !== undefined && timingSafeEqual(shown, digest);
  }
}
