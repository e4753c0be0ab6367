/**
 * Origins that a profile's own databases know of: the history and the quota manager.
 *
 * Chromium holds both files locked, so a copy is read. A copy taken in the middle of a write may
 * be unreadable; then this source has nothing to say this time.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { errorText } from "../../core/error_text.ts";
import type { Trace } from "./plan_pass.ts";

/** URLs and storage keys found on disk, and what could not be read. */
export interface ProfileOrigins {
  /** URLs of the history, newest first. */
  readonly visited: readonly Trace[];
  /** Storage keys of quota buckets, last changed first. */
  readonly buckets: readonly Trace[];
  /** Sources that could not be read, a sentence each. */
  readonly faults: readonly string[];
}

interface Source {
  readonly file: string;
  readonly query: string;
}

const HISTORY: Source = {
  file: "Default/History",
  query:
    "SELECT url AS text, last_visit_time AS at FROM urls WHERE url LIKE 'http%' ORDER BY at DESC",
};

const QUOTA: Source = {
  file: "Default/WebStorage/QuotaManager",
  query: "SELECT storage_key AS text, last_modified AS at FROM buckets ORDER BY at DESC",
};

/**
 * Reads the origins of a profile.
 *
 * @param profileDir Chromium's user data directory; only read.
 * @param workDir A writable directory for the copies, which are removed.
 */
export async function readProfileOrigins(
  profileDir: string,
  workDir: string,
): Promise<ProfileOrigins> {
  const faults: string[] = [];
  async function read(source: Source): Promise<readonly Trace[]> {
    try {
      return await queryCopy(`${profileDir}/${source.file}`, workDir, source.query);
    } catch (error) {
      // A young profile has none yet.
      if (!(error instanceof Deno.errors.NotFound)) {
        faults.push(`Cannot read "${source.file}" of the profile: ${errorText(error)}`);
      }
      return [];
    }
  }
  return { visited: await read(HISTORY), buckets: await read(QUOTA), faults };
}

async function queryCopy(path: string, workDir: string, query: string): Promise<readonly Trace[]> {
  const copyDir = await Deno.makeTempDir({ dir: workDir, prefix: ".profile-copy-" });
  try {
    await Deno.copyFile(path, `${copyDir}/db`);
    for (const suffix of ["-journal", "-wal"]) {
      try {
        await Deno.copyFile(`${path}${suffix}`, `${copyDir}/db${suffix}`);
      } catch (error) {
        // Only there while a transaction is open.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    using database = new DatabaseSync(`${copyDir}/db`);
    const rows = database.prepare(query);
    // Microseconds since 1601 do not fit a number exactly.
    rows.setReadBigInts(true);
    return rows.all().map(({ text, at }) => ({ text: String(text), atMs: chromeTimeMs(at) }));
  } finally {
    await Deno.remove(copyDir, { recursive: true });
  }
}

/** Chromium counts microseconds since 1601 (`base/time/time.h`). */
function chromeTimeMs(microseconds: unknown): number {
  return typeof microseconds === "bigint" ? Number(microseconds / 1_000n) - 11_644_473_600_000 : 0;
}
