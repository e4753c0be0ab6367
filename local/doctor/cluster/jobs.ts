/**
 * Whether the hourly harvest and the backups happen.
 *
 * @module
 */
import type { Finding } from "../finding.ts";
import { ageMs, type ClusterCheck, ofAsked, showAll } from "./cluster_check.ts";

const HOUR_MS = 3_600_000;

/** How long ago each may have succeeded last: two of its times and a bit. */
const LATE_MS: Readonly<Record<string, number>> = {
  "chrome-service-snapshot-harvester": 3 * HOUR_MS,
  "chrome-service-backup": 13 * HOUR_MS,
};

/** The check. */
export const JOBS: ClusterCheck = {
  name: "jobs",
  okText: "the harvest and the backup have succeeded when they should",
  judge: (facts) =>
    ofAsked(
      facts,
      facts.cronJobs,
      (cronJobs) =>
        Object.entries(LATE_MS).flatMap(([name, lateMs]): readonly Finding[] => {
          const found = cronJobs.find(({ metadata }) => metadata.name === name);
          const about = [`cronjob/${name}`];
          const { kubectl, nowMs } = facts;
          if (found === undefined) {
            return [{ text: `There is no cronjob/${name}`, ...showAll(facts), about }];
          }
          if (found.spec.suspend) {
            return [{
              text: `cronjob/${name} is suspended`,
              fix: `${kubectl} patch cronjob ${name} --type=merge -p '{"spec":{"suspend":false}}'`,
              about,
            }];
          }
          const succeeded = found.status.lastSuccessfulTime;
          const lastMs = ageMs(nowMs, succeeded ?? found.metadata.creationTimestamp);
          if (lastMs <= lateMs) return [];
          const hours = Math.floor(lastMs / HOUR_MS);
          return [{
            text: succeeded === undefined
              ? `cronjob/${name} has never succeeded`
              : `cronjob/${name} succeeded ${hours} hours ago, must every ${lateMs / HOUR_MS}`,
            fix: `${kubectl} create job --from=cronjob/${name} ${name}-$(date +%s)`,
            about,
          }];
        }),
    ),
};
