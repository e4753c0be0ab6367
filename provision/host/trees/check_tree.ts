/**
 * Compares a tree with its seal.
 *
 * @module
 */
import type { TreeState } from "../tree_step.ts";
import { MANIFEST_NAME, parseManifest, type TreeManifest } from "./tree_manifest.ts";
import { fileSeal } from "./walk_tree.ts";

/**
 * Reads every sealed file again. What was never sealed does not count: programs that run keep
 * caches there.
 *
 * @param path The tree's root.
 */
export function checkTree(path: string): TreeState {
  const kind = kindAt(path);
  if (kind === "absent") return "absent";
  const manifest = kind === "directory" ? readManifest(path) : undefined;
  if (manifest === undefined) return "damaged";
  const isWhole =
    Object.entries(manifest.links).every(([name, target]) =>
      linkAt(`${path}/${name}`) === target
    ) && Object.entries(manifest.files).every(([name, seal]) =>
      isAsSealed(`${path}/${name}`, seal)
    );
  return isWhole ? "whole" : "damaged";
}

function readManifest(path: string): TreeManifest | undefined {
  return orElse(undefined, () => parseManifest(Deno.readTextFileSync(`${path}/${MANIFEST_NAME}`)));
}

function isAsSealed(path: string, seal: TreeManifest["files"][string]): boolean {
  return orElse(false, () => {
    if (!Deno.lstatSync(path).isFile) return false;
    const { sha256, is_executable } = fileSeal(path);
    return sha256 === seal.sha256 && is_executable === seal.is_executable;
  });
}

function linkAt(path: string): string | undefined {
  return orElse(undefined, () => Deno.readLinkSync(path));
}

function kindAt(path: string): "absent" | "directory" | "other" {
  return orElse("absent", () => Deno.lstatSync(path).isDirectory ? "directory" : "other");
}

/** What is not there, or is another kind of thing, is not as it was sealed. */
function orElse<T>(fallback: T, look: () => T): T {
  try {
    return look();
  } catch (error) {
    // `readLink` of what is no link says "invalid argument", a bad disk says "input/output error".
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof Error && "code" in error) return fallback;
    if (error instanceof Deno.errors.NotFound) return fallback;
    throw error;
  }
}
