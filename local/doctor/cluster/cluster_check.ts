/**
 * Checks of a cluster.
 *
 * @module
 */
import type { Check, Finding, Verdict } from "../finding.ts";
import type { Asked, ClusterFacts } from "./cluster_facts.ts";

/** One kind of thing that is looked at in a cluster. */
export type ClusterCheck = Check<ClusterFacts>;

/** The Deployment, and the label of its Pods. */
export const APP = "chrome-service";

/** Labels of the Deployment's Pods, as far as anybody selects by them. */
export const APP_LABELS: Readonly<Record<string, string>> = { "app.kubernetes.io/name": APP };

/** Judges what could be asked; nothing else was looked at. */
export function ofAsked<T>(
  facts: ClusterFacts,
  asked: Asked<T>,
  judge: (items: readonly T[]) => readonly Finding[],
): Verdict {
  if (facts.error !== undefined) return { skipped: "the cluster cannot be asked" };
  return "refused" in asked ? { skipped: asked.refused } : judge(asked.items);
}

/** How long ago a moment of the API was, in milliseconds; for ever where there was none. */
export function ageMs(nowMs: number, at: string | null | undefined): number {
  const ms = Date.parse(at ?? "");
  return Number.isNaN(ms) ? Infinity : nowMs - ms;
}

/** The command that shows what is missing: what is applied is a person's own overlay. */
export function showAll(facts: ClusterFacts): Pick<Finding, "fix" | "does"> {
  return { fix: `kubectl kustomize ${facts.manifests}/overlays/example`, does: "show" };
}

/** The command that puts one object of the base back. */
export function applyOne(facts: ClusterFacts, file: string): string {
  return `${facts.kubectl} apply -f ${facts.manifests}/base/${file}`;
}

/** The same for one that is there: apply would keep what was added to it by another way. */
export function replaceOne(facts: ClusterFacts, file: string): string {
  return `${facts.kubectl} replace -f ${facts.manifests}/base/${file}`;
}
