/**
 * Whether the machine is what its roster says.
 *
 * @module
 */
import type { DriftItem } from "../facts.ts";
import type { Check, Finding } from "../finding.ts";

/** How many resources a sentence names. */
const NAMED = 3;

/** The check. */
export const DRIFT: Check = {
  name: "drift",
  okText: "the machine is what its roster says",
  judge({ isDevBox, uid, drift, provision }) {
    if (!isDevBox) return { skipped: "one person's machine has no roster" };
    if (uid !== 0) return { skipped: "only root may compare the machine with its roster" };
    if (drift === undefined) return { skipped: "the provisioner was not asked" };
    if (drift.error !== undefined) {
      return [{
        text: `The machine cannot be compared with its roster: ${drift.error}`,
        fix: `${provision} plan`,
      }];
    }
    const pending = drift.items.filter(({ result }) => result === "pending");
    const others = drift.items.filter(({ result }) => result === "error" || result === "warning");
    return [
      ...[...Map.groupBy(pending, ({ scope }) => scope)].map(([scope, items]): Finding => ({
        text: `${scope} is not as the roster says: ${named(items)}`,
        fix: `${provision} apply`,
      })),
      ...others.map(({ scope, resource, summary, fix }): Finding => ({
        text: `${scope} ${resource}: ${summary}`,
        fix: fix ?? `${provision} plan`,
      })),
    ];
  },
};

function named(items: readonly DriftItem[]): string {
  const names = items.slice(0, NAMED).map(({ resource }) => resource);
  const rest = items.length - names.length;
  return `${names.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
