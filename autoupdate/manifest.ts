/**
 * What a copy of a user's data is a copy of: written beside the files, and read before they are
 * put back.
 *
 * @module
 */
import { z } from "zod";
import { databaseFactsSchema, databaseName } from "./database_facts.ts";
import { isVersion } from "./version.ts";

const version = z.string().refine(isVersion, "must be a version");

const piece = {
  sizeBytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
};

const fileSchema = z.strictObject({ ...piece, facts: databaseFactsSchema });

const partSchema = z.strictObject({
  name: databaseName,
  base: z.strictObject(piece),
  tail: z.strictObject(piece),
});

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
  files: z.array(fileSchema),
  /** Databases whose copy is still what it was ahead of the stop, and what came after that. */
  parts: z.array(partSchema).optional(),
});

/** A copy's description. */
export type Manifest = z.infer<typeof manifestSchema>;
/** A database in it that is whole. */
export type ManifestFile = z.infer<typeof fileSchema>;
/** A database in it that is in two parts. */
export type ManifestPart = z.infer<typeof partSchema>;

/** The file of a database's first part. */
export function baseName(name: string): string {
  return `${name}-base`;
}

/** The file of its second part: the `-wal` of the end. */
export function tailName(name: string): string {
  return `${name}-tail`;
}

/** The files of a copy, and what they must be. */
export function piecesOf(
  { files, parts = [] }: Manifest,
): readonly { readonly name: string; readonly sizeBytes: number; readonly sha256: string }[] {
  return [
    ...files.map(({ facts, sizeBytes, sha256 }) => ({ name: facts.name, sizeBytes, sha256 })),
    ...parts.flatMap(({ name, base, tail }) => [
      { name: baseName(name), ...base },
      { name: tailName(name), ...tail },
    ]),
  ];
}

/** A description as it is written. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

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
export function backupName(manifest: Omit<Manifest, "files" | "parts">, random: string): string {
  const stamp = new Date(manifest.atMs).toISOString().replaceAll(/[-:.]/g, "");
  const way = manifest.kind === "nightly"
    ? "nightly"
    : `${manifest.from ?? "none"}-to-${manifest.to ?? "none"}`;
  return `${stamp}-${way}-${random}`;
}
