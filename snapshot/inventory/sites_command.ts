/**
 * `hearth sites`: which sites somebody is logged in to, and until when.
 *
 * @module
 */
import { resolve } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "../../core/command.ts";
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";
import type { ProgramContext } from "../../core/program.ts";
import { WHOLE_GRANT } from "../access/grant.ts";
import { parseStorageState } from "../storage_state.ts";
import { askServer } from "./ask_server.ts";
import { createInventory } from "./inventory.ts";
import type { SiteRow } from "./site_rows.ts";
import { SITES_QUESTION } from "./sites_question.ts";
import { sitesText } from "./sites_text.ts";

/**
 * Runs it.
 *
 * @param context The program's.
 * @param defaultDataDir The data directory of `hearth up` on this machine.
 * @throws {Fault} When there is no inventory to be had.
 */
export async function runSites(
  context: ProgramContext,
  defaultDataDir: () => string,
): Promise<void> {
  const { args, print } = context;
  const command = defineCommand({
    name: "hearth sites",
    description: "List the sites of the snapshot: kind of login, last change, expiry. No values.",
    examples: [
      ["hearth sites", "of the pipeline on this machine, or of PLAYWRIGHT_SNAPSHOT_URL"],
      ["hearth sites --url https://chrome.example.com/api/snapshot", "what your token may read"],
      ["hearth sites --json", "the same for a machine"],
    ],
  }).option("--url <url>", "the snapshot's address; the token is that of refresh")
    .option("--token-file <file>", "another file with the token")
    .option("--data <dir>", "the data directory of a pipeline on this machine")
    .option("--json", "one JSON array instead of a table");
  if (parseCommand(command, args) === "done") return;
  const { url, tokenFile, data, json } = command.opts();
  if (data !== undefined && (url !== undefined || tokenFile !== undefined)) {
    throw usageFault("--data cannot be used with --url or --token-file", "hearth sites");
  }
  const rows = await readSites({ url, tokenFile, data }, context, defaultDataDir);
  print(json ? `${JSON.stringify(rows)}\n` : sitesText(rows));
}

/** Where an inventory is; nothing: of the environment's server, else of this machine's pipeline. */
export interface SitesSource {
  /** The snapshot's address. */
  readonly url?: string | undefined;
  /** Another file with the token. */
  readonly tokenFile?: string | undefined;
  /** The data directory of a pipeline on this machine. */
  readonly data?: string | undefined;
}

/**
 * The rows, from wherever they are.
 *
 * @throws {Fault} When there is no inventory to be had.
 */
export async function readSites(
  { url, tokenFile, data }: SitesSource,
  context: ProgramContext,
  defaultDataDir: () => string,
): Promise<readonly SiteRow[]> {
  const isRemote = data === undefined &&
    (url !== undefined || context.env.get("PLAYWRIGHT_SNAPSHOT_URL") !== undefined);
  return isRemote
    ? await askServer(SITES_QUESTION, { url, tokenFile }, context.env, context.signal)
    : await localRows(data === undefined ? defaultDataDir() : resolve(data), context);
}

async function localRows(
  dataDir: string,
  { log }: ProgramContext,
): Promise<readonly SiteRow[]> {
  const path = `${dataDir}/snapshots/storage-state.json`;
  try {
    const state = parseStorageState(await Deno.readTextFile(path));
    const { mtime } = await Deno.stat(path);
    const inventory = createInventory({ path, clock: systemClock, log });
    await inventory.note({ state, writtenMs: mtime?.getTime() ?? 0 });
    return inventory.rows(state, WHOLE_GRANT);
  } catch (error) {
    const what = error instanceof Deno.errors.NotFound
      ? 'there is none yet: run "hearth up" and log in, or give --url'
      : errorText(error);
    throw new Fault(`Cannot read the snapshot "${path}": ${what}`, { cause: error });
  }
}
