/**
 * What was published last, from the manifest beside the snapshot.
 *
 * @module
 */
import { z } from "zod";
import { isOutOfReach } from "../out_of_reach.ts";
import type { PublishedStatus } from "./pipeline_status.ts";

const MANIFEST = z.object({
  generations: z.array(z.object({
    number: z.number(),
    writtenAt: z.iso.datetime(),
    cookies: z.number(),
    origins: z.number(),
  })),
  lastRefusal: z.object({ since: z.iso.datetime(), text: z.string() }).nullable(),
});

/**
 * Reads it.
 *
 * @param directory Where snapshots are.
 * @param nowMs Milliseconds since the epoch.
 * @returns `null` where there is none, or none that can be read.
 */
export async function gatherPublished(
  directory: string,
  nowMs: number,
): Promise<PublishedStatus | null> {
  try {
    return parsePublished(await Deno.readTextFile(`${directory}/manifest.json`), nowMs);
  } catch (error) {
    if (isOutOfReach(error)) return null;
    throw error;
  }
}

/** The newest generation of a manifest. */
export function parsePublished(text: string, nowMs: number): PublishedStatus | null {
  const { generations = [], lastRefusal = null } = MANIFEST.safeParse(readJson(text)).data ?? {};
  const newest = generations.at(-1);
  if (newest === undefined) return null;
  const age = (at: string) => Math.max(0, Math.round((nowMs - Date.parse(at)) / 1_000));
  return {
    generation: newest.number,
    age_seconds: age(newest.writtenAt),
    cookies: newest.cookies,
    origins: newest.origins,
    refused: lastRefusal === null
      ? null
      : { age_seconds: age(lastRefusal.since), text: lastRefusal.text },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half a file is no manifest; the harvester writes another.
    return undefined;
  }
}
