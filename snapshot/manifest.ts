/**
 * What is known of each generation, beside the snapshot: `manifest.json`.
 *
 * It never holds a value. The snapshot itself is the truth: the manifest is written before it, so
 * the current generation is the newest one here whose digest is that of `storage-state.json`.
 *
 * @module
 */
import { z } from "zod";

/** The name of the manifest in the snapshot directory. */
export const MANIFEST_NAME = "manifest.json";

const KEPT_COOKIE = z.object({
  name: z.string(),
  domain: z.string(),
  path: z.string(),
  partitionKey: z.string().optional(),
  _crHasCrossSiteAncestor: z.boolean().optional(),
  since: z.iso.datetime(),
});

const GENERATION = z.object({
  number: z.number().int().positive(),
  writtenAt: z.iso.datetime(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.number().int().nonnegative(),
  browser: z.object({ product: z.string(), id: z.string() }).nullable(),
  cookies: z.number().int().nonnegative(),
  origins: z.number().int().nonnegative(),
  keptSessionCookies: z.array(KEPT_COOKIE),
  restoredFrom: z.number().int().positive().optional(),
});

const REFUSAL = z.object({
  since: z.iso.datetime(),
  rule: z.enum(["empty_jar", "lost_in_restart", "lost_share"]),
  sites: z.array(z.object({
    site: z.string(),
    cookies: z.number().int().nonnegative(),
    origins: z.number().int().nonnegative(),
  })),
  text: z.string(),
});

const MANIFEST = z.object({
  version: z.literal(1),
  generations: z.array(GENERATION),
  lastRefusal: REFUSAL.nullable(),
});

/**
 * A generation: its number, when it was written, the digest and size of its bytes, the browser it
 * is from (`null` where that is not known), how much is in it, and which of its session cookies the
 * browser itself has lost.
 */
export type GenerationEntry = z.infer<typeof GENERATION>;

/** Why the last candidate was refused, and since when; gone once one is accepted. */
export type RefusalEntry = z.infer<typeof REFUSAL>;

/** The manifest: generations from the oldest to the newest. */
export type Manifest = z.infer<typeof MANIFEST>;

/** The JSON Schema of a manifest. */
export function manifestJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(MANIFEST);
}

/** A manifest of nothing. */
export function emptyManifest(): Manifest {
  return { version: 1, generations: [], lastRefusal: null };
}

/**
 * Reads a manifest.
 *
 * @param text The file's content.
 * @returns `undefined` where it is no manifest of this version.
 */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const parsed = MANIFEST.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not JSON: it can be rebuilt from the generations, so the reason does not matter.
    return undefined;
  }
}

/** The text of a manifest, for people to read too. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/**
 * The generation that a snapshot is.
 *
 * @param manifest The manifest.
 * @param sha256 The digest of the snapshot's bytes, in hexadecimal.
 */
export function currentEntry(manifest: Manifest, sha256: string): GenerationEntry | undefined {
  return manifest.generations.findLast((entry) => entry.sha256 === sha256);
}
