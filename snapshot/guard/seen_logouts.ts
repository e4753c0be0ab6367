/**
 * Which sites were seen to lose their logins while the browser ran.
 *
 * One connection is one run of one browser, so what was there a moment ago and is gone now was
 * removed by somebody: a site, a person, or a program that empties the jar. What a person does
 * is small or happens on a site that is open, and counts as a logout; many sites at once, with none
 * of them open, do not.
 *
 * @module
 */
import type { StateOrigin } from "../storage_state.ts";
import { FLOOR_SITES, type OwnState } from "./judge.ts";
import { isLoginCookie, isLoginOrigin } from "./login_signs.ts";
import { siteOfHost, siteOfOrigin } from "./site_of.ts";

/** A site counts as open this long after its last tab was closed. */
const OPEN_MS = 60_000;

/** Follows one run of the browser. */
export interface SeenLogouts {
  /**
   * Looks at the state after something in it was read.
   *
   * @param state Everything that is known now.
   * @param nowMs Milliseconds since the epoch, to tell what expired from what was removed.
   */
  observe(state: OwnState, nowMs: number): void;
  /**
   * Takes note of the origins that are open now.
   *
   * @returns Whether the person has come to one of their sites for the first time in this run.
   */
  opened(origins: readonly string[], nowMs: number): boolean;
  /** Sites that were logged out of and are not logged in to again. */
  sites(): ReadonlySet<string>;
  /** Sites the person has come to in this run. */
  visited(): ReadonlySet<string>;
}

/** What is known at the start. */
export interface SeenLogoutsOptions {
  /**
   * Whether this run of the browser has only just begun: then what is open at first was opened by
   * Chromium, which restores its tabs, and not by the person.
   */
  isNewRun: boolean;
}

/** Starts with nothing seen. */
export function createSeenLogouts({ isNewRun }: SeenLogoutsOptions): SeenLogouts {
  const seen = new Set<string>();
  const visited = new Set<string>();
  let restored: Set<string> | undefined = isNewRun ? undefined : new Set();
  const lastOpenMs = new Map<string, number>();
  // Storage may be large, and one change touches one origin of many.
  const loginOrigins = new WeakMap<StateOrigin, boolean>();
  let before: OwnState | undefined;

  function hasLogin(origin: StateOrigin): boolean {
    const known = loginOrigins.get(origin);
    if (known !== undefined) return known;
    const found = isLoginOrigin(origin);
    loginOrigins.set(origin, found);
    return found;
  }

  function presence({ cookies, origins }: OwnState) {
    const withCookie = new Set(cookies.map((cookie) => siteOfHost(cookie.domain)));
    const withLogin = new Set([
      ...cookies.filter(isLoginCookie).map((cookie) => siteOfHost(cookie.domain)),
      ...origins.filter(hasLogin).map(({ origin }) => siteOfOrigin(origin)),
    ]);
    return { withCookie, withLogin };
  }

  function isOpen(site: string, nowMs: number): boolean {
    const openMs = lastOpenMs.get(site);
    return openMs !== undefined && nowMs - openMs <= OPEN_MS;
  }

  return {
    observe(state, nowMs) {
      const now = presence(state);
      for (const site of now.withLogin) seen.delete(site);
      if (before !== undefined) {
        const was = presence({
          cookies: before.cookies.filter((one) =>
            one.expires === -1 || one.expires * 1_000 > nowMs
          ),
          origins: before.origins,
        });
        const loginGone = was.withLogin.difference(now.withLogin);
        const gone = loginGone.union(was.withCookie.difference(now.withCookie));
        for (const site of gone) {
          if (loginGone.size <= FLOOR_SITES || isOpen(site, nowMs)) seen.add(site);
        }
      }
      before = { cookies: [...state.cookies], origins: [...state.origins] };
    },
    opened(origins, nowMs) {
      const open = new Set(origins.map(siteOfOrigin));
      // A restored tab that was closed is out of the way: the next one is the person's.
      restored = restored?.intersection(open) ?? open;
      const known = visited.size;
      for (const site of open) {
        lastOpenMs.set(site, nowMs);
        if (!restored.has(site)) visited.add(site);
      }
      return visited.size > known;
    },
    sites: () => seen,
    visited: () => visited,
  };
}
