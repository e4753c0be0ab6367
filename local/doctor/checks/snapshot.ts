/**
 * Whether the snapshot can be had, and every copy is what the server has.
 *
 * Age alone says nothing: a snapshot is written when something changes. So the server is asked, with
 * the copy's own tag.
 *
 * @module
 */
import { asRoot, quoted } from "../command_line.ts";
import type { MachineFacts, SnapshotFact } from "../facts.ts";
import type { Finding } from "../finding.ts";
import type { MachineCheck } from "../machine_check.ts";
import { driftsIn, envPathOf } from "./env_drift.ts";

/** A follower has a change within a second, the timer within an hour. */
const LATE_MS = 75 * 60_000;

/** The check. */
export const SNAPSHOT: MachineCheck = {
  name: "snapshot",
  okText: "every copy is what the snapshot server has",
  judge: (facts) =>
    facts.snapshots.length === 0
      ? { skipped: "nobody here fetches a snapshot, or only root may look" }
      // Who asks at a wrong address is told so by what gave it.
      : facts.snapshots.filter(({ user }) => !driftsIn(facts, envPathOf(user)))
        .flatMap((fact) => judgeSnapshot(fact, facts)),
};

type Answered = Extract<SnapshotFact["answer"], { kind: "answered" }>;

function judgeSnapshot(fact: SnapshotFact, facts: MachineFacts): readonly Finding[] {
  const { answer, url, user, tokenPath, follower } = fact;
  const about = [tokenPath, follower, `copy of ${user}`];
  const finding = answer.kind === "failed"
    ? {
      text: `The snapshot of ${user} cannot be fetched from ${url}: ${answer.error}`,
      // 401 means that it is there.
      fix: `curl -sS -o /dev/null -w '%{http_code}\\n' ${quoted(url)}`,
      does: "show" as const,
    }
    : judgeAnswer(fact, answer, facts);
  return finding === undefined ? [] : [{ ...finding, about }];
}

function judgeAnswer(
  { user, url, follower, tokenPath, isPipeline }: SnapshotFact,
  { status, ageMs, hasCopy }: Answered,
  { uid, call }: MachineFacts,
): Omit<Finding, "about"> | undefined {
  // What the parts of a pipeline say of themselves; those of a cluster are asked there.
  const own = { fix: `${call.task} status${call.data}`, does: "show" } as const;
  switch (status) {
    case 304:
      return undefined;
    case 200:
      if (hasCopy && (ageMs === undefined || ageMs < LATE_MS)) return undefined;
      return {
        text: hasCopy
          ? `The copy of ${user} is not what ${url} has had for ` +
            `${Math.floor((ageMs ?? 0) / 60_000)} minutes`
          : `${user} has no copy of the snapshot, and ${url} has one`,
        fix: follower.includes("@") ? asRoot(uid, `systemctl restart ${follower}`) : follower,
      };
    case 401:
      return {
        text: `${url} refuses the token of ${user}: where it is known by the file, the server ` +
          "must be given the file",
        fix: asRoot(
          uid,
          `${call.task} token check --access-file /etc/hearth/access.yaml <${quoted(tokenPath)}`,
        ),
        does: "show",
      };
    case 404:
      return {
        text: `${url} has no snapshot yet, must have one: nobody has logged in to a site in the ` +
          "live view, or nothing was harvested",
        ...isPipeline ? own : {
          fix: "kubectl -n chrome-service create job " +
            "--from=cronjob/chrome-service-snapshot-harvester snapshot-harvest-$(date +%s)",
        },
      };
    case 503:
      return {
        text: `${url} answers 503: it has no token, or its snapshot is not usable`,
        ...isPipeline ? own : {
          fix: "kubectl -n chrome-service logs deploy/chrome-service -c snapshot-server --tail=50",
          does: "show",
        },
      };
    default:
      return {
        text: `${url} answers ${status}, must be a snapshot server` +
          (status >= 300 && status < 400
            ? ": a login page stands before it, which must let the path /api/snapshot pass"
            : ""),
        fix: `curl -sSI ${quoted(url)}`,
        does: "show",
      };
  }
}
