/**
 * What an archive says of itself, as its last entry: every file with its digest.
 *
 * @module
 */
import { z } from "zod";

/** Its path in the archive. */
export const MANIFEST_NAME = "hearth-manifest.json";

/** The shape of the manifest. */
export const ARCHIVE_MANIFEST: z.ZodObject<{
  format: z.ZodLiteral<1>;
  madeAt: z.ZodString;
  chromium: z.ZodNullable<z.ZodString>;
  damaged: z.ZodArray<z.ZodString>;
  files: z.ZodArray<
    z.ZodObject<{ path: z.ZodString; size: z.ZodNumber; sha256: z.ZodString }>
  >;
}> = z.object({
  format: z.literal(1),
  madeAt: z.string(),
  chromium: z.string().nullable(),
  damaged: z.array(z.string()),
  files: z.array(z.object({ path: z.string(), size: z.number(), sha256: z.string() })),
});

/** The manifest. */
export type ArchiveManifest = z.output<typeof ARCHIVE_MANIFEST>;
