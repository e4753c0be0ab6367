/**
 * What of a profile is worth an archive: everything but what Chromium makes again by itself.
 *
 * @module
 */

/** The directories of the volume that are archived. */
export const ARCHIVED_ROOTS = ["chromium-data", "snapshots"] as const;

/**
 * Directories that are left out wherever they are: caches, downloaded components, crash reports.
 * Chromium starts without each of them (chrome/common/chrome_constants.cc and neighbours).
 */
const LEFT_OUT_DIRECTORIES = new Set([
  "BrowserMetrics",
  "Cache",
  "Code Cache",
  "Crash Reports",
  "Crashpad",
  "DawnCache",
  "DawnGraphiteCache",
  "DawnWebGPUCache",
  "GPUCache",
  "GPUPersistentCache",
  "GrShaderCache",
  "GraphiteDawnCache",
  "OptimizationGuideModelsManifest",
  "Safe Browsing",
  "ShaderCache",
  "component_crx_cache",
  "extensions_crx_cache",
  "optimization_guide_model_store",
]);

/** Files of one run: who holds the profile, and who may see the screen. */
const LEFT_OUT_FILES = /^(?:Singleton(?:Lock|Socket|Cookie)|hearth_xauthority|\.lock|.*\.tmp)$/;

/** Beside a SQLite database: archived as a part of it, never alone. */
const SQLITE_COMPANION = /-(?:journal|wal|shm)$/;

/**
 * Whether an entry is left out.
 *
 * @param name Its name, without its directory.
 * @param kind What it is.
 */
export function isLeftOut(name: string, kind: "file" | "directory"): boolean {
  return kind === "directory" ? LEFT_OUT_DIRECTORIES.has(name) : LEFT_OUT_FILES.test(name);
}

/** The database a file belongs to; `undefined` where it is no companion of one. */
export function databaseOf(name: string): string | undefined {
  const database = name.replace(SQLITE_COMPANION, "");
  return database === name ? undefined : database;
}

/** Whether the names in a directory are those of a LevelDB, which is copied as one. */
export function isLevelDb(names: readonly string[]): boolean {
  return names.includes("CURRENT") && names.some((name) => name.startsWith("MANIFEST-"));
}
