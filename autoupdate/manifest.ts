/**
 * What a copy of a user's data is a copy of: written beside the files, and read before they are
 * put back.
 *
 * @module
 */
import { z } from "zod";
import { databaseFactsSchema } from "./database_facts.ts";
import { isVersion } from "./version.ts";

const version = z.string().refine(isVersion, "must be a version");

const manifestSchema = z.strictObject({
  format: z.literal(1),
  user: z.string(),
  /** `nightly` for its own sake; `update` before a version is left, which a rollback needs. */
  kind: z.enum(["nightly", "update"]),
  /** The version the data is of. */
  from: version.optional(),
  /** The version that came after it. */
  to: version.optional(),
  atMs: z.number().int().nonnegative(),
  /** None where the user had no database yet. */
  files: z.array(z.strictObject({
    sizeBytes: z.number().int().nonnegative(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    facts: databaseFactsSchema,
  })),
});

/** A copy's description. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Reads a manifest; nothing where it is not whole, since then the copy is not either. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** A copy that is there. */
export interface StoredBackup {
  /** Its name: the directory. */
  readonly id: string;
  /** Its description. */
  readonly manifest: Manifest;
}

/** The name of a new copy, which sorts by time. */
export function backupName(manifest: Omit<Manifest, "files">, random: string): string {
  const stamp = new Date(manifest.atMs).toISOString().replaceAll(/[-:.]/g, "");
  const way = manifest.kind === "nightly"
    ? "nightly"
    : `${manifest.from ?? "none"}-to-${manifest.to ?? "none"}`;
  return `${stamp}-${way}-${random}`;
}
