/**
 * The pipeline as the page draws it: five stages, each with how it stands and when it last did
 * something.
 *
 * @module
 */
import type { HealthState } from "../../core/health.ts";
import type { Manifest } from "../manifest.ts";
import type { PartFacts, PartName } from "./part_watch.ts";

/** How a stage stands. */
export type StageMood = "good" | "warning" | "bad" | "unknown";

/** One stage of the pipeline. */
export interface StageFacts {
  /** Its name. */
  readonly name: "browser" | "harvest" | "publish" | "serve" | "pulls";
  /** How it stands. */
  readonly mood: StageMood;
  /** What there is to say, in a few words. */
  readonly text: string;
  /** When it last did that, in milliseconds since the epoch. */
  readonly atMs?: number;
}

/** Who reads; no time for one who has not asked since the server started. */
export interface PullFacts {
  /** Who. */
  readonly name: string;
  /** When they last did, in milliseconds since the epoch. */
  readonly atMs?: number;
  /** Whether that is too long ago: their copy grows old. */
  readonly isLate: boolean;
}

/** What is known. */
export interface StagesInput {
  /** When the server started. */
  startMs: number;
  /** When the snapshot was written, where there is one. */
  snapshot: { readonly modifiedMs: number } | undefined;
  /** What the harvester keeps beside it. */
  manifest: Manifest | undefined;
  /** The server's own states, the worst first. */
  states: readonly HealthState[];
  /** The programs before the server, as far as their addresses are known. */
  parts: readonly PartFacts[];
}

/** The stages, in the order in which a login passes them. */
export function pipelineStages(
  input: StagesInput,
  pulls: readonly PullFacts[],
): readonly StageFacts[] {
  return [
    browserStage(input),
    harvestStage(input),
    publishStage(input),
    serveStage(input),
    pullsStage(pulls),
  ];
}

function browserStage({ manifest, parts }: StagesInput): StageFacts {
  const last = manifest?.generations.at(-1);
  const product = last?.browser?.product.replace(/^(\w+\/\d+)\..*$/, "$1");
  const found = partOf(parts, "browser");
  if (found === undefined) {
    // A generation is written when something changes: an old one says nothing of the browser.
    return last === undefined
      ? { name: "browser", mood: "unknown", text: "not known to this server" }
      : stage(
        "browser",
        "unknown",
        `${product ?? "seen"}, last change`,
        Date.parse(last.writtenAt),
      );
  }
  if (found.state !== "ready") return stage("browser", "bad", stateText(found), found.sinceMs);
  return stage("browser", "good", `${product ?? "Chromium"}, started`, found.startedMs);
}

function harvestStage({ manifest, parts }: StagesInput): StageFacts {
  const last = manifest?.generations.at(-1);
  const refusal = manifest?.lastRefusal ?? undefined;
  if (refusal !== undefined) return stage("harvest", "bad", "refused", Date.parse(refusal.since));
  const found = partOf(parts, "harvester");
  if (found !== undefined && found.state !== "ready") {
    return stage("harvest", "bad", stateText(found), found.sinceMs);
  }
  if (found?.currentMs !== undefined) {
    return stage("harvest", "good", "the browser was looked at", found.currentMs);
  }
  return last === undefined
    ? { name: "harvest", mood: "unknown", text: "no record of one" }
    : stage("harvest", "good", "last change", Date.parse(last.writtenAt));
}

function publishStage({ manifest, snapshot, states }: StagesInput): StageFacts {
  if (snapshot === undefined) return { name: "publish", mood: "bad", text: "no snapshot yet" };
  const last = manifest?.generations.at(-1);
  const isStale = states.some(({ name }) => name === "snapshot_stale");
  const what = last === undefined ? "the snapshot" : `generation ${last.number}`;
  return stage(
    "publish",
    isStale ? "bad" : "good",
    isStale ? `${what} is too old, written` : `${what}, written`,
    snapshot.modifiedMs,
  );
}

function serveStage({ states, startMs }: StagesInput): StageFacts {
  const worst = states[0]?.severity;
  return stage(
    "serve",
    worst === "error" ? "bad" : worst === "warning" ? "warning" : "good",
    worst === "error" ? "not ready, started" : "up, started",
    startMs,
  );
}

function pullsStage(pulls: readonly PullFacts[]): StageFacts {
  const times = pulls.flatMap(({ atMs }) => atMs === undefined ? [] : [atMs]);
  const lateCount = pulls.filter(({ isLate }) => isLate).length;
  const mood = lateCount > 0 ? "warning" : times.length === 0 ? "unknown" : "good";
  const late = lateCount === 0 ? "" : `, ${lateCount} late`;
  if (times.length === 0) {
    return { name: "pulls", mood, text: `nobody since the start${late}` };
  }
  const text = `${times.length} of ${pulls.length} readers${late}, the last one`;
  return stage("pulls", mood, text, Math.max(...times));
}

function stage(
  name: StageFacts["name"],
  mood: StageMood,
  text: string,
  atMs: number | undefined,
): StageFacts {
  return { name, mood, text, ...(atMs === undefined ? {} : { atMs }) };
}

function partOf(parts: readonly PartFacts[], name: PartName): PartFacts | undefined {
  return parts.find((part) => part.name === name);
}

function stateText({ state }: PartFacts): string {
  return state === "absent" ? "does not answer, since" : "not ready, since";
}
