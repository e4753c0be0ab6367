/**
 * An instance's state on disk, where t3 keeps it: the database, the key sessions are signed with,
 * and the environment's id.
 *
 * @module
 */
import process from "node:process";
import { Buffer } from "node:buffer";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Behaviour } from "./behaviour.ts";
import { runMigrations } from "./migrations.ts";

/** The open state of one instance. */
export interface State {
  /** The database, migrated to what this build knows. */
  readonly database: DatabaseSync;
  /** Signs session cookies. */
  readonly signingKey: Uint8Array;
  /** The environment's id; a fresh base directory gets another. */
  readonly environmentId: string;
  /** The directory of the state. */
  readonly stateDir: string;
}

/**
 * Opens the state of an instance, making what is missing, and migrates it.
 *
 * @param baseDir The instance's base directory.
 * @param behaviour The build.
 */
export function openState(baseDir: string, behaviour: Behaviour): State {
  const stateDir = `${baseDir}/userdata`;
  for (const name of ["secrets", "attachments", "logs"]) {
    mkdirSync(`${stateDir}/${name}`, { recursive: true, mode: 0o700 });
  }
  mkdirSync(`${baseDir}/caches`, { recursive: true });
  const environmentId = persisted(`${stateDir}/environment-id`, () => randomUUID());
  const key = persisted(
    `${stateDir}/secrets/session-signing-key`,
    () => randomBytes(32).toString("base64url"),
  );
  const database = openDatabase(databasePath(stateDir, behaviour));
  const ran = runMigrations(database, behaviour);
  for (const { id, name } of ran) process.stderr.write(`Migration ${id} ${name} done\n`);
  return { database, signingKey: Buffer.from(key, "base64url"), environmentId, stateDir };
}

/** The file this build reads and writes; at its first start a V2 build copies the old one. */
function databasePath(stateDir: string, { isV2 }: Behaviour): string {
  const first = `${stateDir}/state.sqlite`;
  if (!isV2) return first;
  const second = `${stateDir}/statev2.sqlite`;
  if (existsSync(first) && !existsSync(second)) {
    const old = openDatabase(first);
    old.prepare("VACUUM INTO ?").run(second);
    old.close();
  }
  return second;
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL");
  return database;
}

function persisted(path: string, make: () => string): string {
  try {
    writeFileSync(path, make(), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8").trim();
}

/** The first twelve hexadecimal digits of a text's hash, as t3's cookie names hold them. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
