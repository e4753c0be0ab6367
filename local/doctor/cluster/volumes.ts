/**
 * Whether the profile and the backups have their volumes.
 *
 * @module
 */
import type { Finding } from "../finding.ts";
import { APP, applyOne, type ClusterCheck, ofAsked } from "./cluster_check.ts";

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
