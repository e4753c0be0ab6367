/**
 * What the cluster itself complained of in the last hour, and nothing else here explains.
 *
 * @module
 */
import { ageMs, APP, type ClusterCheck, ofAsked } from "./cluster_check.ts";

const HOUR_MS = 3_600_000;

/** Complaints that pass when what they wait for happens are none. */
const GRAVE =
  /^Failed(?:Mount|AttachVolume|Scheduling|Create|Binding|MapVolume)$|^ProvisioningFailed$/;

/** The check. */
export const EVENTS: ClusterCheck = {
  name: "events",
  okText: "the cluster has complained of nothing in the last hour",
  judge: (facts) =>
    ofAsked(facts, facts.events, (events) => {
      const found = events.filter(({ type, reason, involvedObject, ...at }) =>
        type === "Warning" && GRAVE.test(reason) && involvedObject.name.startsWith(APP) &&
        ageMs(facts.nowMs, at.lastTimestamp ?? at.eventTime) < HOUR_MS
      );
      return found.map(({ reason, message, involvedObject: { kind, name } }) => {
        const what = `${kind.toLowerCase()}/${name}`;
        const [, secret] = /secret "([^"]+)" not found/.exec(message) ?? [];
        return {
          text: `${what}: ${reason}: ${message}`,
          fix: `${facts.kubectl} describe ${what}`,
          does: "show" as const,
          about: [what, ...secret === undefined ? [] : [`secret/${secret}`]],
        };
      });
    }),
};
