/**
 * What is wrong, from wherever it shows: the server's own states, the harvester's refusal, and what
 * the programs before them say.
 *
 * @module
 */
import type { HealthState } from "../../core/health.ts";
import type { Manifest } from "../manifest.ts";
import type { PartFacts } from "./part_watch.ts";

/** One thing. */
export interface PageFault {
  /** What it is, the same text as long as it lasts. */
  readonly name: string;
  /** How bad it is. */
  readonly mood: "warning" | "bad";
  /** A sentence, which may name paths and sites. */
  readonly text: string;
  /** What of it everybody may know. */
  readonly publicText: string;
  /** Since when, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** Where it may show. */
export interface PageFaultsInput {
  /** The server's own states. */
  states: readonly HealthState[];
  /** What the harvester keeps beside the snapshot. */
  manifest: Manifest | undefined;
  /** The programs before the server. */
  parts: readonly PartFacts[];
}

/** Everything that is wrong, in the order in which a login passes, the worst first. */
export function pageFaults({ states, manifest, parts }: PageFaultsInput): readonly PageFault[] {
  const refusal = manifest?.lastRefusal ?? undefined;
  const faults: readonly PageFault[] = [
    ...parts.flatMap(partFault),
    ...(refusal === undefined ? [] : [{
      name: `refusal ${refusal.since}`,
      mood: "bad" as const,
      text: refusal.text,
      publicText: `The harvest was refused: ${words(refusal.rule)}`,
      sinceMs: Date.parse(refusal.since),
    }]),
    ...states.map(({ name, severity, text, sinceMs }) => ({
      name: `state ${name}`,
      mood: severity === "error" ? "bad" as const : "warning" as const,
      text,
      publicText: `The snapshot server: ${words(name)}`,
      sinceMs,
    })),
  ];
  return faults.toSorted((a, b) => Number(a.mood === "warning") - Number(b.mood === "warning"));
}

function partFault({ name, state, says, sinceMs }: PartFacts): readonly PageFault[] {
  if (state === "ready") return [];
  const publicText = `The ${name} ${state === "absent" ? "does not answer" : "is not ready"}`;
  const text = says === "" ? publicText : `${publicText}: ${says}`;
  return [{ name: `${name} ${state}`, mood: "bad", text, publicText, sinceMs }];
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}
