/**
 * The seal of a tree: what every file of it was when it was made.
 *
 * @module
 */
import { z } from "zod";

/** The manifest's name, in the tree's root. */
export const MANIFEST_NAME = ".hearth-manifest.json";

const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);
const MANIFEST = z.strictObject({
  version: z.literal(1),
  files: z.record(z.string(), z.strictObject({ sha256: DIGEST, is_executable: z.boolean() })),
  links: z.record(z.string(), z.string()),
});

/** Files by path below the tree's root, with the SHA-256 of each; links with their targets. */
export type TreeManifest = Readonly<z.output<typeof MANIFEST>>;

/** Reads a manifest; `undefined` where the text is none. */
export function parseManifest(text: string): TreeManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const result = MANIFEST.safeParse(value);
  if (!result.success) return undefined;
  const paths = [...Object.keys(result.data.files), ...Object.keys(result.data.links)];
  return paths.every(staysInside) ? result.data : undefined;
}

/** The manifest as it is written: the same tree, the same bytes. */
export function manifestText({ files, links }: TreeManifest): string {
  const sorted = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => a < b ? -1 : 1));
  return `${JSON.stringify({ version: 1, files: sorted(files), links: sorted(links) })}\n`;
}

function staysInside(path: string): boolean {
  return path !== "" && !path.startsWith("/") &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
