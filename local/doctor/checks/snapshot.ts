/**
 * Whether the snapshot can be had, and every copy is what the server has.
 *
 * Age alone says nothing: a snapshot is written when something changes. So the server is asked, with
 * the copy's own tag.
 *
 * @module
 */
import { quoted } from "../quoted.ts";
import type { SnapshotFact } from "../facts.ts";
import type { Check, Finding } from "../finding.ts";

/** A follower has a change within a second, the timer within an hour. */
const LATE_MS = 75 * 60_000;

/** The check. */
export const SNAPSHOT: Check = {
  name: "snapshot",
  okText: "every copy is what the snapshot server has",
  judge: ({ snapshots }) =>
    snapshots.length === 0
      ? { skipped: "nobody here fetches a snapshot, or only root may look" }
      : snapshots.flatMap(judgeSnapshot),
};

function judgeSnapshot(fact: SnapshotFact): readonly Finding[] {
  const { user, url, answer, follower, tokenPath } = fact;
  const restart = follower.includes("@") ? `systemctl restart ${follower}` : follower;
  if (answer.kind === "failed") {
    return [{
      text: `The snapshot of ${user} cannot be fetched from ${url}: ${answer.error}`,
      fix: `curl -sS -o /dev/null -w '%{http_code}\\n' ${quoted(url)}   # 401 means it is there`,
    }];
  }
  const { status, ageMs, hasCopy } = answer;
  switch (status) {
    case 304:
      return [];
    case 200:
      if (hasCopy && (ageMs === undefined || ageMs < LATE_MS)) return [];
      return [{
        text: hasCopy
          ? `The copy of ${user} is not what ${url} has had for ` +
            `${Math.floor((ageMs ?? 0) / 60_000)} minutes`
          : `${user} has no copy of the snapshot, and ${url} has one`,
        fix: restart,
      }];
    case 401:
      return [{
        text: `${url} refuses the token of ${user}`,
        fix: `deno task token check --access-file /etc/hearth/access.yaml <${quoted(tokenPath)}` +
          "   # known here: carry access.yaml to the snapshot server",
      }];
    case 404:
      return [{
        text: `${url} has no snapshot yet, must have one: nothing was harvested`,
        fix: "log in to a site in the live view, and look at the harvester",
      }];
    case 503:
      return [{
        text: `${url} answers 503: it has no token, or its snapshot is not usable`,
        fix: "look at the snapshot server's log and its PW_TOKEN_FILE",
      }];
    default:
      return [{
        text: `${url} answers ${status}, must be a snapshot server` +
          (status >= 300 && status < 400 ? ": a login page stands before it" : ""),
        fix: "let the path /api/snapshot pass the ingress without its login, and set " +
          "PLAYWRIGHT_SNAPSHOT_URL to it",
      }];
  }
}
