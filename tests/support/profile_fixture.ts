/**
 * A volume with a small profile in it, as a browser leaves one, for tests that need no Chromium.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { createLogger, type Logger } from "../../core/log.ts";

/** A volume and a place for its archives. */
export interface ProfileFixture extends AsyncDisposable {
  /** The volume. */
  readonly root: string;
  /** The directory of the archives. */
  readonly backupDir: string;
  /** Takes records and keeps their text. */
  readonly log: Logger;
  /** What was logged. */
  readonly lines: readonly string[];
  /** The files of the volume, with their content; hidden ones too. */
  files(): Promise<ReadonlyMap<string, string>>;
}

/** Makes one. */
export async function profileFixture(): Promise<ProfileFixture> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-volume-" });
  const [root, backupDir] = [`${directory}/profile`, `${directory}/backup`];
  const profile = `${root}/chromium-data/Default`;
  for (const path of [backupDir, profile, `${root}/snapshots/generations`]) {
    await Deno.mkdir(path, { recursive: true });
  }
  makeDatabase(`${profile}/Cookies`);
  makeDatabase(`${profile}/History`);
  const texts: Readonly<Record<string, string>> = {
    "chromium-data.lock": "",
    "chromium-data/Last Version": "156.0.8078.79",
    "chromium-data/Local State": "{}",
    "chromium-data/Default/Preferences": `{"profile":{"name":"Ada"}}`,
    "chromium-data/Default/Local Storage/leveldb/CURRENT": "MANIFEST-000001\n",
    "chromium-data/Default/Local Storage/leveldb/MANIFEST-000001": "manifest",
    "chromium-data/Default/Local Storage/leveldb/000003.log": "log",
    "chromium-data/Default/Cache/Cache_Data/data_0": "worth nothing",
    "snapshots/storage-state.json": `{"cookies":[],"origins":[]}`,
    "snapshots/generations/0000000001.json": `{"cookies":[],"origins":[]}`,
  };
  for (const [path, text] of Object.entries(texts)) {
    const file = `${root}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  await Deno.symlink("elsewhere-1", `${root}/chromium-data/SingletonLock`);
  const lines: string[] = [];
  return {
    root,
    backupDir,
    lines,
    log: createLogger({
      component: "profile_backup",
      level: "info",
      format: "json",
      isColoured: false,
      write: (line) => lines.push(line),
    }),
    files: () => readTree(root),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** Every file below a directory, by its path. */
export async function readTree(root: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  async function read(path: string): Promise<void> {
    for await (const entry of Deno.readDir(`${root}${path}`)) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory) await read(below);
      else if (entry.isFile) {
        const bytes = await Deno.readFile(`${root}${below}`);
        files.set(below.slice(1), bytes.toHex());
      }
    }
  }
  await read("");
  return files;
}

function makeDatabase(path: string): void {
  using database = new DatabaseSync(path);
  database.exec(
    "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO rows (text) VALUES ('one')",
  );
}
