/**
 * The manifest that the harvester keeps beside the snapshot, for the status page.
 *
 * @module
 */
import { type Manifest, MANIFEST_NAME, parseManifest } from "../manifest.ts";

/**
 * Makes a reader, which parses a manifest again when another one was put in its place.
 *
 * @param snapshotPath The snapshot; the manifest is looked for beside it.
 * @returns Reads it; `undefined` where there is none, or none that may be read: the page says so.
 */
export function createManifestReader(snapshotPath: string): () => Promise<Manifest | undefined> {
  const folder = snapshotPath.slice(0, snapshotPath.lastIndexOf("/"));
  let last: { key: string; manifest: Manifest | undefined } | undefined;
  return async () => {
    try {
      const path = `${folder}/${MANIFEST_NAME}`;
      const { ino, mtime, size } = await Deno.stat(path);
      const key = [ino, mtime?.getTime(), size].join();
      if (last?.key !== key) last = { key, manifest: parseManifest(await Deno.readTextFile(path)) };
      return last.manifest;
    } catch (error) {
      const isExpected = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable;
      if (isExpected) return undefined;
      throw error;
    }
  };
}
