/**
 * The manifest that the harvester keeps beside the snapshot, for the status page.
 *
 * @module
 */
import { type Manifest, MANIFEST_NAME, parseManifest } from "../manifest.ts";

/**
 * Reads it.
 *
 * @param snapshotPath The snapshot; the manifest is looked for beside it.
 * @returns `undefined` where there is none, or none that may be read: the page says so.
 */
export async function readManifest(snapshotPath: string): Promise<Manifest | undefined> {
  const folder = snapshotPath.slice(0, snapshotPath.lastIndexOf("/"));
  try {
    return parseManifest(await Deno.readTextFile(`${folder}/${MANIFEST_NAME}`));
  } catch (error) {
    const isExpected = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable;
    if (isExpected) return undefined;
    throw error;
  }
}
