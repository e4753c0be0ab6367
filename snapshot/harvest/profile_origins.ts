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

/** URLs and storage keys found on disk, and what could not be read. */
export interface ProfileOrigins {
  /** URLs of the history, newest first. */
  readonly visited: readonly string[];
  /** Storage keys of quota buckets, last changed first. */
  readonly buckets: readonly string[];
  /** Sources that could not be read, a sentence each. */
  readonly faults: readonly string[];
}

interface Source {
  readonly file: string;
  readonly query: string;
}

const HISTORY: Source = {
  file: "Default/History",
  query: "SELECT url AS text FROM urls WHERE url LIKE 'http%' ORDER BY last_visit_time DESC",
};

const QUOTA: Source = {
  file: "Default/WebStorage/QuotaManager",
  query: "SELECT storage_key AS text FROM buckets ORDER BY last_modified DESC",
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
  async function read(source: Source): Promise<readonly string[]> {
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

async function queryCopy(path: string, workDir: string, query: string): Promise<readonly string[]> {
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
    return database.prepare(query).all().map((row) => String(row.text));
  } finally {
    await Deno.remove(copyDir, { recursive: true });
  }
}
