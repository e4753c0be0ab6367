/**
 * What a person wants to know in the morning. Pure.
 *
 * @module
 */
import type { Freeze } from "./state_files.ts";
import { behindMs } from "./metrics_text.ts";
import type { State, Step } from "./state.ts";

/** One user, as they are. */
export interface UserStatus {
  /** Their name. */
  readonly user: string;
  /** The version they have; none where they have none, or one is being put back. */
  readonly version: string | undefined;
  /** Whether their instance runs. */
  readonly isRunning: boolean;
  /** Whether they never had a version: the next run or drain gives them one. */
  readonly isNew: boolean;
  /** How far an update has come with them. */
  readonly step: Step | undefined;
  /** Since when they wait, and why. */
  readonly waiting: { readonly since: string; readonly why: string } | undefined;
}

/** The box, as it is. */
export interface Status {
  /** The last good version. */
  readonly lastGood: string | undefined;
  /** Since when it is. */
  readonly lastGoodSince: string | undefined;
  /** What the channel offered last. */
  readonly offered: string | undefined;
  /** How long that has been offered, in days. */
  readonly behindDays: number;
  /** What is being brought out, and how far that is. */
  readonly update:
    | { readonly to: string; readonly phase: string; readonly why?: string }
    | undefined;
  /** The one version that is wanted. */
  readonly pinned: string | undefined;
  /** A build that passed the gate and waits for its first user. */
  readonly pending: string | undefined;
  /** Why nothing is updated. */
  readonly frozen: { readonly reason: string; readonly since: string | undefined } | undefined;
  /** How the last run ended. */
  readonly lastRun:
    | { readonly at: string; readonly result: string; readonly why: string }
    | undefined;
  /** Builds that failed, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  /** Versions a rollback may lead to. */
  readonly earlier: readonly string[];
  /** The users. */
  readonly users: readonly UserStatus[];
  /** What somebody should look at. */
  readonly alarms: readonly string[];
}

/** What the status is made of. */
export interface StatusFacts {
  /** The journal. */
  readonly state: State;
  /** The brake. */
  readonly freeze: Freeze | undefined;
  /** The one version that is wanted, where there is such. */
  readonly pin: string | undefined;
  /** Every user, their version, and whether their instance runs. */
  readonly users: readonly { user: string; version: string | undefined; isRunning: boolean }[];
  /** How long a user may wait, in milliseconds. */
  readonly deferMaxMs: number;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** A box whose first run has not been. */
const NOTHING_YET = "none yet: the first run installs it (systemctl start t3-autoupdate.service)";

/** A build that has been offered this long and not taken is an alarm of its own. */
const STALE_MS = 7 * 86_400_000;

/** Puts it together. */
export function statusOf(
  { state, freeze, pin, users, deferMaxMs, nowMs }: StatusFacts,
): Status {
  const { lastGood, offered, update, pending, lastRun, waitingSince } = state;
  const failure = update?.failure?.why;
  const behind = behindMs(state, nowMs);
  const shown = users.map(({ user, version, isRunning }): UserStatus => {
    const waiting = waitingSince[user];
    const step = update?.users.find((move) => move.user === user)?.step;
    return {
      user,
      version,
      isRunning,
      isNew: version === undefined && step === undefined && state.held[user] === undefined,
      step,
      waiting: waiting && { since: iso(waiting.sinceMs), why: waiting.why },
    };
  });
  const alarms = [
    ...shown.filter(({ isRunning, isNew }) => !isRunning && !isNew)
      .map(({ user }) => `${user} has nothing running`),
    ...Object.entries(waitingSince).filter(([, { sinceMs }]) => nowMs - sinceMs > deferMaxMs)
      .map(([user, { sinceMs, why }]) =>
        `${user} has waited ${days(nowMs - sinceMs)} days: ${why}`
      ),
    ...Object.keys(state.held).map((user) =>
      `the data of ${user} was being put back: restore it again`
    ),
    ...(behind > STALE_MS ? [`${offered?.version} has been offered for ${days(behind)} days`] : []),
    ...(pin !== undefined && state.skipped[pin] !== undefined
      ? [`${pin} is pinned and has failed: pin another one, or autoupdate retry ${pin}`]
      : []),
    ...(state.inconclusive >= 3 ? [`${state.inconclusive} runs in a row told nothing`] : []),
    ...(lastRun?.result === "stranded" ? [lastRun.why] : []),
  ];
  return {
    lastGood: lastGood?.version,
    lastGoodSince: lastGood && iso(lastGood.sinceMs),
    offered: offered?.version,
    behindDays: Number(days(behind)),
    update: update && {
      to: update.to,
      phase: update.phase,
      ...(failure === undefined ? {} : { why: failure }),
    },
    pinned: pin,
    pending,
    frozen: freeze && {
      reason: freeze.reason,
      since: freeze.atMs === undefined ? undefined : iso(freeze.atMs),
    },
    lastRun: lastRun && { at: iso(lastRun.atMs), result: lastRun.result, why: lastRun.why },
    skipped: Object.fromEntries(
      Object.entries(state.skipped).map((
        [version, { stage, why }],
      ) => [version, `${stage}: ${why}`]),
    ),
    earlier: state.earlier.map(({ version }) => version),
    users: shown,
    alarms,
  };
}

/** The status for a person. */
export function statusText(status: Status): string {
  const { lastGood, lastGoodSince, offered, behindDays, update, frozen, lastRun } = status;
  const { pinned, pending } = status;
  const rows: [string, string][] = [
    ["last good", lastGood === undefined ? NOTHING_YET : `${lastGood} (since ${lastGoodSince})`],
  ];
  if (offered !== undefined && offered !== lastGood) {
    rows.push(["offered", `${offered} (for ${behindDays} days)`]);
  }
  if (pinned !== undefined) rows.push(["pinned", pinned]);
  if (pending !== undefined) rows.push(["pending", `${pending}, until somebody is idle`]);
  if (update !== undefined) {
    rows.push(["in flight", `${update.to}, ${update.phase}${update.why ? `: ${update.why}` : ""}`]);
  }
  if (frozen !== undefined) {
    rows.push(["FROZEN", `${frozen.reason}${frozen.since ? ` (since ${frozen.since})` : ""}`]);
  }
  if (lastRun !== undefined) {
    rows.push(["last run", `${lastRun.at} ${lastRun.result}: ${lastRun.why}`]);
  }
  for (const [version, why] of Object.entries(status.skipped)) {
    rows.push(["skipped", `${version} (${why})`]);
  }
  const users = status.users.map(({ user, version, isRunning, isNew, step, waiting }) => {
    const more = [
      isRunning ? "running" : isNew ? "new: the next run or drain installs it" : "NOT RUNNING",
      ...(step === undefined ? [] : [step.at]),
      ...(waiting === undefined ? [] : [`waits since ${waiting.since}: ${waiting.why}`]),
    ];
    return [user, `${version ?? "none"}  ${more.join(", ")}`] as [string, string];
  });
  const alarms = status.alarms.map((alarm) => ["ALARM", alarm] as [string, string]);
  return [rows, users, alarms].filter((part) => part.length > 0).map(table).join("\n");
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join("");
}

function days(ms: number): string {
  return (ms / 86_400_000).toFixed(1);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
