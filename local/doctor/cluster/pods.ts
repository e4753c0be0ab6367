/**
 * Whether the pod runs and is ready, and if not, why.
 *
 * @module
 */
import type { Finding } from "../finding.ts";
import { ageMs, APP, APP_LABELS, type ClusterCheck, ofAsked } from "./cluster_check.ts";
import type { ContainerStatus, Metadata, Pod } from "./api_objects.ts";
import type { ClusterFacts } from "./cluster_facts.ts";

/** Longer than a pod takes to close a browser, or to have its images and volumes. */
const STUCK_MS = 5 * 60_000;
/** A browser with many tabs is ready within two minutes. */
const STARTING_MS = 3 * 60_000;
const HOUR_MS = 3_600_000;
const MANY_RESTARTS = 3;

/** The check. */
export const PODS: ClusterCheck = {
  name: "pods",
  okText: "the pod runs, and each of its containers is ready",
  judge: (facts) =>
    ofAsked(facts, facts.pods, (pods) => {
      const ours = pods.filter(({ metadata }) =>
        Object.entries(APP_LABELS).every(([name, value]) => metadata.labels[name] === value)
      );
      if (ours.length > 0) return ours.flatMap((pod) => judgePod(pod, facts));
      return [{
        text: "There is no pod",
        fix: `${facts.kubectl} describe deployment/${APP}`,
        does: "show",
        about: ["pods"],
      }];
    }),
};

function judgePod(pod: Pod, facts: ClusterFacts): readonly Finding[] {
  const { kubectl, nowMs } = facts;
  const { name, deletionTimestamp } = pod.metadata;
  const { phase, reason, message, conditions, containerStatuses } = pod.status;
  const about = [`pod/${name}`];
  if (deletionTimestamp !== undefined) {
    if (ageMs(nowMs, deletionTimestamp) < STUCK_MS) return [];
    return [{
      text: `pod/${name} does not end: node "${pod.spec.nodeName ?? "?"}" does not answer. Only ` +
        "where that node is off may the pod be forgotten, or two browsers open one profile",
      fix: `${kubectl} delete pod ${name} --grace-period=0 --force`,
      about,
    }];
  }
  if (phase === "Failed") {
    return [{
      text: `pod/${name} was ended (${reason ?? "no reason"}): ${message ?? "no message"}`,
      fix: `${kubectl} delete pod ${name}`,
      about,
    }];
  }
  const unscheduled = conditions.find(({ type, status }) =>
    type === "PodScheduled" && status === "False"
  );
  if (unscheduled !== undefined) {
    return [{
      text: `pod/${name} has no node: ${unscheduled.message ?? unscheduled.reason ?? "no reason"}`,
      fix: `${kubectl} describe pod ${name}`,
      does: "show",
      about,
    }];
  }
  return containerStatuses.flatMap((container) => judgeContainer(pod.metadata, container, facts));
}

function judgeContainer(
  { name: pod, creationTimestamp }: Metadata,
  container: ContainerStatus,
  facts: ClusterFacts,
): readonly Finding[] {
  const { kubectl, nowMs } = facts;
  const { name, image, ready, restartCount, state, lastState } = container;
  const what = `Container "${name}" of pod/${pod}`;
  const about = [`pod/${pod}`];
  const { reason: waiting, message = "" } = state.waiting ?? {};
  if (waiting !== undefined && /^(?:Err)?(?:Image|InvalidImage)/.test(waiting)) {
    return [{
      text: `${what} has no image "${image}" (${waiting}): ${message}`,
      fix: `${kubectl} describe pod ${pod}`,
      does: "show",
      about,
    }];
  }
  if (waiting === "CreateContainerConfigError") {
    const [, secret] = /secret "([^"]+)" not found/.exec(message) ?? [];
    return [{
      text: `${what} cannot be made: ${message}`,
      fix: `${kubectl} describe pod ${pod}`,
      does: "show",
      about: [...about, ...secret === undefined ? [] : [`secret/${secret}`]],
    }];
  }
  const ended = lastState.terminated;
  if (ended?.reason === "OOMKilled" && ageMs(nowMs, ended.finishedAt) < HOUR_MS) {
    const limit = memoryLimit(name, facts);
    if (limit !== undefined) {
      return [{
        text: `${what} had more than its ${limit} of memory, ${restartCount} times`,
        fix: `${kubectl} set resources deployment/${APP} -c ${name} ` +
          `--limits=memory=${doubled(limit)}`,
        about,
      }];
    }
  }
  const isFailing = restartCount >= MANY_RESTARTS && ageMs(nowMs, ended?.finishedAt) < HOUR_MS;
  if (waiting === "CrashLoopBackOff" || isFailing) {
    return [{
      text: `${what} ended ${restartCount} times, with ${ended?.exitCode ?? "?"} at last`,
      fix: `${kubectl} logs ${pod} -c ${name} --previous --tail=50`,
      does: "show",
      about,
    }];
  }
  if (ready) return [];
  if (state.running === undefined) {
    // Before it runs its image is pulled and its volumes are mounted.
    const sinceMs = ageMs(nowMs, ended?.finishedAt ?? creationTimestamp);
    return sinceMs < STUCK_MS ? [] : [{
      text: `${what} does not run (${waiting ?? state.terminated?.reason ?? "no reason"})`,
      fix: `${kubectl} describe pod ${pod}`,
      does: "show",
      about,
    }];
  }
  return ageMs(nowMs, state.running.startedAt) < STARTING_MS ? [] : [{
    text: `${what} runs and is not ready`,
    fix: `${kubectl} rollout restart deployment/${APP}`,
    about,
  }];
}

function memoryLimit(container: string, { deployments }: ClusterFacts): string | undefined {
  if ("refused" in deployments) return undefined;
  return deployments.items.find(({ metadata }) => metadata.name === APP)
    ?.spec.template.spec.containers.find(({ name }) => name === container)
    ?.resources.limits["memory"];
}

/** Twice a quantity of memory, such as `512Mi`. */
export function doubled(quantity: string): string {
  const [, number = quantity, unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  return `${Number(number) * 2}${unit}`;
}
