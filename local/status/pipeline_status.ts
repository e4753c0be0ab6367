/**
 * How the pipeline stands: its programs, what it published, who pulled it, what is logged in.
 *
 * @module
 */

import type { ServerStatus } from "./server_status.ts";

/** Everything `hearth status` says. */
export interface PipelineStatus {
  /** What a server somewhere else says; `null` where it is about this machine. */
  readonly server: ServerStatus | null;
  /** Why that server cannot tell; `null` where it can. */
  readonly server_error: string | null;
  /**
   * Programs of the pipeline on this machine, in the order in which a login passes them; none where
   * another one is asked.
   */
  readonly parts: readonly PartStatus[];
  /** What was published; `null` where nothing was, or not on this machine. */
  readonly published: PublishedStatus | null;
  /** Copies of the snapshot. */
  readonly copies: readonly CopyStatus[];
  /** Sites, the one that expires first on top. */
  readonly sites: readonly SiteStatus[];
  /** Why the sites cannot be told; `null` where they can. */
  readonly sites_error: string | null;
}

/** One program. */
export interface PartStatus {
  /** Its name. */
  readonly part: string;
  /** The port that tells of it. */
  readonly port: number;
  /** Whether it works; `absent` where nobody answers. */
  readonly state: "ready" | "not_ready" | "absent";
  /** What it says is wrong. */
  readonly says: string;
  /** How long it has been running; `null` where it does not tell. */
  readonly up_seconds: number | null;
}

/** The newest generation. */
export interface PublishedStatus {
  /** Its number. */
  readonly generation: number;
  /** How long ago it was written. A snapshot is written when something changes. */
  readonly age_seconds: number;
  /** How many cookies are in it. */
  readonly cookies: number;
  /** How many origins with storage are in it. */
  readonly origins: number;
  /** Why the last harvest was refused; `null` where it was not. */
  readonly refused: { readonly age_seconds: number; readonly text: string } | null;
}

/** Somebody's copy. */
export interface CopyStatus {
  /** Whose. */
  readonly user: string;
  /** How long ago it changed last; `null` where there is none. */
  readonly age_seconds: number | null;
  /** How the unit stands that keeps it fresh; `null` where there is no unit. */
  readonly follower: string | null;
}

/** What is known of a site; never a value. */
export interface SiteStatus {
  /** The registrable domain. */
  readonly site: string;
  /** What its login rests on. */
  readonly login: readonly string[];
  /** When the first of its cookies expires. */
  readonly earliestExpiryAt?: string;
  /** How many cookies expire within a day. */
  readonly expiringWithin24Hours: number;
  /** Whether it goes when the browser is restarted. */
  readonly isLostOnRestart: boolean;
}

/** Sites in the order in which somebody has to log in again; those without an end come last. */
export function byExpiry(sites: readonly SiteStatus[]): readonly SiteStatus[] {
  const end = ({ earliestExpiryAt: at }: SiteStatus) =>
    at === undefined ? Infinity : Date.parse(at);
  return sites.toSorted((a, b) => {
    const [first, second] = [end(a), end(b)];
    return first === second ? (a.site < b.site ? -1 : a.site > b.site ? 1 : 0) : first - second;
  });
}
