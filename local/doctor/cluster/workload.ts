/**
 * Whether the Deployment is as one browser needs it.
 *
 * @module
 */
import type { Finding } from "../finding.ts";
import { APP, type ClusterCheck, ofAsked, showAll } from "./cluster_check.ts";

const WHAT = `deployment/${APP}`;

/** The check. */
export const WORKLOAD: ClusterCheck = {
  name: "workload",
  okText: "the Deployment wants one pod, and replaces it in order",
  judge: (facts) =>
    ofAsked(facts, facts.deployments, (deployments) => {
      const found = deployments.find(({ metadata }) => metadata.name === APP);
      const finding = (text: string, fix: string): Finding => ({ text, fix, about: [WHAT] });
      if (found === undefined) {
        return [{ text: `There is no ${WHAT}`, ...showAll(facts), about: [WHAT, "pods"] }];
      }
      const { kubectl } = facts;
      const { replicas, paused, strategy } = found.spec;
      const failure = found.status.conditions.find(({ type, status }) =>
        type === "ReplicaFailure" && status === "True"
      );
      if (replicas !== 1) {
        return [{
          ...finding(
            `${WHAT} wants ${replicas} pods, must want 1: a profile opens once`,
            `${kubectl} scale ${WHAT} --replicas=1`,
          ),
          about: [WHAT, "pods"],
        }];
      }
      if (paused) {
        return [
          finding(
            `${WHAT} is paused: no change is rolled out`,
            `${kubectl} rollout resume ${WHAT}`,
          ),
        ];
      }
      if (strategy.type !== "Recreate") {
        return [finding(
          `${WHAT} is updated by ${strategy.type}, must be by Recreate: the old pod must be gone ` +
            "before its volume and its profile can be opened",
          `${kubectl} patch ${WHAT} --type=merge -p ` +
            `'{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`,
        )];
      }
      return failure === undefined ? [] : [{
        text: `No pod of ${WHAT} can be made: ${failure.message ?? failure.reason ?? "no reason"}`,
        fix: `${kubectl} describe replicaset -l app.kubernetes.io/name=${APP}`,
        does: "show",
        about: [WHAT, "pods"],
      }];
    }),
};
