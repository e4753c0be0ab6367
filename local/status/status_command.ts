/**
 * `hearth status`: how the pipeline stands, and what is logged in until when.
 *
 * @module
 */
import { resolve } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { defineCommand, parseCommand } from "../../core/command.ts";
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";
import type { ProgramContext } from "../../core/program.ts";
import { defaultDataDir } from "../data_dir.ts";
import { DEFAULT_PORTS } from "../parts.ts";
import { gatherOwnCopy, gatherUserCopies } from "./gather_copies.ts";
import { gatherParts } from "./gather_parts.ts";
import { gatherPublished } from "./gather_published.ts";
import { byExpiry, type PipelineStatus, type SiteStatus } from "./pipeline_status.ts";
import { statusText } from "./status_text.ts";

/** The ports that tell of each program, in the order in which a login passes them. */
const PORTS = {
  browser: DEFAULT_PORTS.browserHealth,
  bridge: DEFAULT_PORTS.bridgeAdmin,
  harvester: DEFAULT_PORTS.harvesterHealth,
  snapshot_server: DEFAULT_PORTS.snapshotMetrics,
};

/**
 * Runs it. Nothing is changed.
 *
 * @param context The program's.
 * @param readSites Reads the inventory, of a data directory where one is named.
 */
export async function runStatus(
  context: ProgramContext,
  readSites: (dataDir: string | undefined) => Promise<readonly SiteStatus[]>,
): Promise<void> {
  const { args, env, print } = context;
  const command = defineCommand({
    name: "hearth status",
    description: "Say how the pipeline stands, and what is logged in until when.",
    examples: [
      ["hearth status", "programs, snapshot, copies, and the sites that expire first on top"],
      ["hearth status --json", "the same for a machine"],
    ],
  }).option("--data <dir>", "directory of the pipeline on this machine")
    .option("--config <directory>", "where a dev box has its roster", "/etc/hearth")
    .option("--json", "one JSON object instead of text");
  if (parseCommand(command, args) === "done") return;
  const { data, config, json } = command.opts();
  // What is not written cannot be written by mistake.
  await Deno.permissions.revoke({ name: "write" });
  const dataDir = data === undefined ? defaultDataDir(env) : resolve(data);
  const root = new URL("../../", import.meta.url).pathname;
  const nowMs = systemClock.now();
  const [parts, published, own, users, sites] = await Promise.all([
    gatherParts(PORTS, systemClock.now),
    gatherPublished(`${dataDir}/snapshots`, nowMs),
    gatherOwnCopy(`${dataDir}/storage-state.json`, nowMs),
    hasRoster(config) ? gatherUserCopies(root, resolve(config)) : [],
    sitesOrWhy(() => readSites(data)),
  ]);
  const status: PipelineStatus = { parts, published, copies: [...own, ...users], ...sites };
  print(json ? `${JSON.stringify({ version: 1, ...status })}\n` : statusText(status, nowMs));
}

function hasRoster(config: string): boolean {
  try {
    return Deno.statSync(`${config}/roster.yaml`).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Without an inventory the rest is still worth seeing. */
async function sitesOrWhy(
  read: () => Promise<readonly SiteStatus[]>,
): Promise<Pick<PipelineStatus, "sites" | "sites_error">> {
  try {
    return { sites: byExpiry(await read()), sites_error: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { sites: [], sites_error: errorText(error) };
  }
}
