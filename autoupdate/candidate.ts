/**
 * Which build to go for, decided once per run from what the registry said. Pure.
 *
 * @module
 */
import type { Release } from "./source.ts";
import type { State } from "./state.ts";
import { compareVersions, isOnTrack, isVersion, runsOnNode, type Track } from "./version.ts";

/** What the box wants. */
export interface Policy {
  /** The channel it follows. */
  readonly track: Track;
  /** Exactly this version, and no other. */
  readonly pin: string | undefined;
  /** How old a build must be, in milliseconds. */
  readonly minAgeMs: number;
}

/** The outcome: a build to try, or why there is none. */
export type Decision =
  | { readonly kind: "go"; readonly release: Release }
  /** All is as it should be. */
  | { readonly kind: "stay"; readonly why: string }
  /** The channel offers something this box must not take. */
  | { readonly kind: "refuse"; readonly why: string };

/**
 * Decides. Only a pin leads backward.
 *
 * @param release What the tag or the pin stands for.
 * @param policy What the box wants.
 * @param facts What is there already.
 */
export function decideCandidate(
  release: Release,
  policy: Policy,
  facts: { readonly state: State; readonly nodeVersion: string; readonly nowMs: number },
): Decision {
  const { version, publishedMs, integrity, engines } = release;
  const current = facts.state.lastGood?.version;
  const { pin, track } = policy;
  if (!isVersion(version)) return refuse(`"${version}" is no version`);
  if (pin !== undefined && version !== pin) {
    return refuse(`the registry answered ${version} for the pin ${pin}`);
  }
  if (version === current) return stay(`${version} is the last good version`);
  if (pin === undefined) {
    if (!isOnTrack(version, track)) return refuse(`${version} is not on the channel ${track}`);
    if (current !== undefined && compareVersions(version, current) < 0) {
      return stay(`the channel went back to ${version}, which is older than ${current}`);
    }
  }
  const skipped = facts.state.skipped[version];
  if (skipped !== undefined) {
    const why = `${version} failed before (${skipped.stage}: ${skipped.why})`;
    // Asked for by name: that it does not come must not look as if all were well.
    return pin === undefined ? stay(why) : refuse(`the pin ${why}; autoupdate retry ${version}`);
  }
  if (integrity === undefined) return refuse(`${version} has no integrity`);
  if (engines !== undefined && !runsOnNode(facts.nodeVersion, engines)) {
    return refuse(`${version} needs Node ${engines}, this is ${facts.nodeVersion}`);
  }
  if (pin === undefined && policy.minAgeMs > 0) {
    if (publishedMs === undefined) return refuse(`${version} has no time of publication`);
    const ageMs = facts.nowMs - publishedMs;
    if (ageMs < policy.minAgeMs) {
      const [age, least] = [ageMs, policy.minAgeMs].map((ms) => (ms / 3_600_000).toFixed(1));
      return stay(`${version} is ${age} h old, must be ${least} h`);
    }
  }
  return { kind: "go", release };
}

function stay(why: string): Decision {
  return { kind: "stay", why };
}

function refuse(why: string): Decision {
  return { kind: "refuse", why };
}
