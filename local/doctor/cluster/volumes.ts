/**
 * Whether the profile and the backups have their volumes.
 *
 * @module
 */
import type { Finding } from "../finding.ts";
import { ageMs, APP, applyOne, type ClusterCheck, ofAsked } from "./cluster_check.ts";
import type { ClusterFacts } from "./cluster_facts.ts";

/** Claims, and the file of each. */
const CLAIMS: Readonly<Record<string, string>> = {
  "chrome-service-profile-encrypted": "profile_claim.yaml",
  "chrome-service-backup-host": "backup_claim.yaml",
};

/** The check. */
export const VOLUMES: ClusterCheck = {
  name: "volumes",
  okText: "the profile and the backups have their volumes",
  judge: (facts) =>
    ofAsked(
      facts,
      facts.claims,
      (claims) =>
        Object.entries(CLAIMS).flatMap(([name, file]): readonly Finding[] => {
          const found = claims.find(({ metadata }) => metadata.name === name);
          const about = [`persistentvolumeclaim/${name}`];
          if (found === undefined) {
            return [{
              text: `There is no persistentvolumeclaim/${name}`,
              fix: applyOne(facts, file),
              about,
            }];
          }
          const { phase, conditions } = found.status;
          if (phase !== "Bound") {
            if (isWaitingForPod(name, facts)) return [];
            return [{
              text: `persistentvolumeclaim/${name} is ${phase}, must be Bound`,
              fix: `${facts.kubectl} describe persistentvolumeclaim ${name}`,
              does: "show",
              about,
            }];
          }
          const isHalfGrown = conditions.some(({ type, status }) =>
            type === "FileSystemResizePending" && status === "True"
          );
          return isHalfGrown
            ? [{
              text:
                `persistentvolumeclaim/${name} has grown, and its file system does when a pod ` +
                "mounts it anew",
              fix: `${facts.kubectl} rollout restart deployment/${APP}`,
              about,
            }]
            : [];
        }),
    ),
};

/**
 * Whether a claim is bound when a pod first mounts it, and none has: that of the backups waits for
 * the first of them, which may be hours away. What keeps the profile's pod from it is told of the pod.
 */
function isWaitingForPod(claim: string, { events, nowMs }: ClusterFacts): boolean {
  if ("refused" in events) return false;
  const age = (at: (typeof events.items)[number]) => ageMs(nowMs, at.lastTimestamp ?? at.eventTime);
  const [newest] = events.items
    .filter(({ involvedObject: { kind, name } }) =>
      kind === "PersistentVolumeClaim" && name === claim
    )
    .toSorted((a, b) => age(a) - age(b));
  return newest?.reason === "WaitForFirstConsumer";
}
