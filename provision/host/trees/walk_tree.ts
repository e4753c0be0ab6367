/**
 * What is in a tree, and what it is.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { MANIFEST_NAME, type TreeManifest } from "./tree_manifest.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads a whole tree.
 *
 * @param root Its root.
 * @param isLeftOut Whether a path is no part of the seal, since programs that run write there.
 */
export function readTree(root: string, isLeftOut: (path: string) => boolean): TreeManifest {
  const files: Record<string, TreeManifest["files"][string]> = {};
  const links: Record<string, string> = {};
  const visit = (prefix: string): void => {
    for (const { name, isDirectory, isSymlink } of Deno.readDirSync(`${root}/${prefix}`)) {
      const path = `${prefix}${name}`;
      if (path === MANIFEST_NAME || isLeftOut(path)) continue;
      if (isSymlink) links[path] = Deno.readLinkSync(`${root}/${path}`);
      else if (isDirectory) visit(`${path}/`);
      else files[path] = fileSeal(`${root}/${path}`);
    }
  };
  visit("");
  return { version: 1, files, links };
}

/** What is sealed of one file. */
export function fileSeal(path: string): TreeManifest["files"][string] {
  const hash = createHash("sha256");
  using file = Deno.openSync(path);
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let size = file.readSync(chunk); size !== null; size = file.readSync(chunk)) {
    hash.update(chunk.subarray(0, size));
  }
  const mode = file.statSync().mode ?? 0;
  return { sha256: hash.digest("hex"), is_executable: (mode & 0o111) !== 0 };
}
