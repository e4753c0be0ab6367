/**
 * A refusal in words: what is missing, where, what stays, and the way out.
 *
 * @module
 */
import type { LostSite, RefusalRule } from "./judge.ts";

const WHY: Readonly<Record<RefusalRule, string>> = {
  empty_jar: "the browser has no cookies at all",
  lost_in_restart: "the browser was restarted and came back without logins it should have",
  lost_share: "too many sites lost their login at once",
};

/** What a refusal is about. */
export interface RefusalFacts {
  /** The rule that was broken. */
  readonly rule: RefusalRule;
  /** The sites that lost everything. */
  readonly sites: readonly LostSite[];
  /** The generation that stays. */
  readonly generation: number;
}

/**
 * One sentence that names every site.
 *
 * @param facts Rule, sites and the generation that stays.
 */
export function refusalText({ rule, sites, generation }: RefusalFacts): string {
  const list = sites.map((one) => `${one.site} (${amount(one)})`).join(", ");
  return `Refused to publish: ${WHY[rule]}, and nobody was seen to log out of ${list}; ` +
    `generation ${generation} stays (log in again, or accept the loss with --once --force)`;
}

function amount({ cookies, origins }: LostSite): string {
  const parts = [
    ...(cookies > 0 ? [`${cookies} ${cookies === 1 ? "cookie" : "cookies"}`] : []),
    ...(origins > 0 ? [`storage of ${origins} ${origins === 1 ? "origin" : "origins"}`] : []),
  ];
  return parts.join(", ");
}
