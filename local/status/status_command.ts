/**
 * `hearth status`: how the pipeline stands, and what is logged in until when.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "../../core/command.ts";
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";
import type { ProgramContext } from "../../core/program.ts";
import { startProgress } from "../../core/progress.ts";
import { unlessAborted } from "../../core/unless_aborted.ts";
import { defaultDataDir } from "../data_dir.ts";
import { readPorts } from "../ports_file.ts";
import { gatherOwnCopy, gatherUserCopies } from "./gather_copies.ts";
import { gatherParts } from "./gather_parts.ts";
import { gatherPublished } from "./gather_published.ts";
import {
  byExpiry,
  type CopyStatus,
  type PipelineStatus,
  type SiteStatus,
} from "./pipeline_status.ts";
import type { ServerStatus } from "./server_status.ts";
import { statusText } from "./status_text.ts";

/** What other rooms know. */
export interface StatusSources {
  /** Reads the inventory, of a server or of a data directory. */
  readSites(place: StatusPlace): Promise<readonly SiteStatus[]>;
  /** Asks a server how its pipeline stands. */
  readServer(place: StatusPlace): Promise<ServerStatus>;
}

/** What is looked at. */
export interface StatusPlace {
  /** A snapshot server's address. */
  readonly url?: string | undefined;
  /** A file with the token for it. */
  readonly tokenFile?: string | undefined;
  /** The data directory of a pipeline on this machine. */
  readonly data?: string | undefined;
}

/**
 * Runs it. Nothing is changed.
 *
 * @param context The program's.
 * @param sources What other rooms know.
 */
export async function runStatus(context: ProgramContext, sources: StatusSources): Promise<void> {
  const { args, env, signal, print } = context;
  const command = defineCommand({
    name: "hearth status",
    description: "Say how the pipeline stands, and what is logged in until when.",
    examples: [
      ["hearth status", "this machine's, or the one of PLAYWRIGHT_SNAPSHOT_URL"],
      ["hearth status --url https://chrome.example.com/api/snapshot", "a cluster's"],
      ["hearth status --data /srv/hearth", "of a pipeline with another data directory"],
      ["hearth status --json", "the same for a machine"],
    ],
  }).option("--url <url>", "the snapshot's address; the token is that of refresh")
    .option("--token-file <file>", "another file with the token")
    .option("--data <dir>", "directory of the pipeline on this machine")
    .option("--config <directory>", "where a dev box has its roster", "/etc/hearth")
    .option("--json", "one JSON object instead of text");
  if (parseCommand(command, args) === "done") return;
  const { config, json, ...place } = command.opts();
  const { url, tokenFile, data } = place;
  if (data !== undefined && (url !== undefined || tokenFile !== undefined)) {
    throw usageFault("--data cannot be used with --url or --token-file", "hearth status");
  }
  // What is not written cannot be written by mistake.
  await Deno.permissions.revoke({ name: "write" });
  const isElsewhere = data === undefined &&
    (url !== undefined || env.get("PLAYWRIGHT_SNAPSHOT_URL") !== undefined);
  const nowMs = systemClock.now();
  using progress = startProgress("Looking", systemClock);
  const looking = Promise.all([
    isElsewhere
      ? aboutServer(() => sources.readServer(place))
      : aboutMachine(data === undefined ? defaultDataDir(env) : resolve(data), nowMs),
    hasRoster(config) ? gatherUserCopies(ROOT, resolve(config)) : [],
    sitesOrWhy(() => sources.readSites(place)),
  ]);
  const [about, users, sites] = await unlessAborted(looking, signal);
  progress.about(undefined);
  const { own, ...rest } = about;
  const status: PipelineStatus = { ...rest, copies: [...own, ...users], ...sites };
  print(json ? `${JSON.stringify({ version: 1, ...status })}\n` : statusText(status, nowMs));
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

type About = Omit<PipelineStatus, "copies" | "sites" | "sites_error"> & {
  readonly own: readonly CopyStatus[];
};

/** The pipeline on this machine, on the ports that it has said it uses. */
async function aboutMachine(dataDir: string, nowMs: number): Promise<About> {
  const ports = await readPorts(dataDir);
  const [parts, published, own] = await Promise.all([
    gatherParts({
      browser: ports.browserHealth,
      bridge: ports.bridgeAdmin,
      harvester: ports.harvesterHealth,
      snapshot_server: ports.snapshotMetrics,
    }, systemClock.now),
    gatherPublished(`${dataDir}/snapshots`, nowMs),
    gatherOwnCopy(`${dataDir}/storage-state.json`, nowMs),
  ]);
  return { server: null, server_error: null, parts, published, own };
}

/** A server that cannot tell is no reason to hide the rest. */
async function aboutServer(read: () => Promise<ServerStatus>): Promise<About> {
  const nothing = { parts: [], published: null, own: [] };
  try {
    return { server: await read(), server_error: null, ...nothing };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { server: null, server_error: errorText(error), ...nothing };
  }
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
