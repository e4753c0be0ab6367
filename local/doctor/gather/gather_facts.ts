/**
 * Everything the doctor judges by, from where it stands.
 *
 * @module
 */
import type { Calls, MachineFacts } from "../facts.ts";
import { denoCommand } from "../../deno_command.ts";
import { readPorts } from "../../ports_file.ts";
import { quoted } from "../command_line.ts";
import { gatherAgents } from "./agents.ts";
import {
  boxSecrets,
  COPY,
  homeSecrets,
  pipelineSecrets,
  SERVE,
  TOKEN,
  TOKENS,
} from "./box_secrets.ts";
import { gatherDisks } from "./disks.ts";
import { gatherDrift } from "./drift.ts";
import { gatherListeners } from "./listeners.ts";
import { gatherPrograms } from "./programs.ts";
import { look, ownerOf, readText } from "./read_text.ts";
import { gatherSandbox } from "./sandbox.ts";
import { gatherSecrets } from "./secrets.ts";
import { gatherSilentPorts } from "./silent_ports.ts";
import { type CopyHolder, gatherSnapshots } from "./snapshots.ts";
import { gatherUnits } from "./units.ts";
import { gatherUpdates } from "./updates.ts";
import { type BoxUser, gatherUsers, parseAccounts, parseVariables, portIn } from "./users.ts";

/** Where to look. */
export interface Places {
  /** Where Hearth is, with a slash at its end. */
  readonly root: string;
  /** Where a box has its roster. */
  readonly config: string;
  /** The asking person's home. */
  readonly home: string;
  /** The data directory of a pipeline on this machine. */
  readonly dataDir: string;
  /** The snapshot's address, where the environment names one. */
  readonly snapshotUrl: string | undefined;
  /** What commands that are printed are told of both directories. */
  readonly told: Pick<Calls, "config" | "data">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const DISPATCH_PORT = 3780;

/** Where a dev box writes. */
const BOX_PATHS = ["/home", "/opt", "/var", "/var/backups", "/var/cache", "/var/lib", "/var/log"];

/** Looks everywhere. */
export async function gatherFacts(places: Places): Promise<MachineFacts> {
  const { config, dataDir } = places;
  const uid = Deno.uid() ?? -1;
  const hasRoster = await look(`${config}/roster.yaml`) !== undefined;
  const isDevBox = hasRoster ||
    await look("/etc/systemd/system/playwright-mcp@.service") !== undefined;
  const call = await callsOf(places);
  const accounts = parseAccounts(await readText("/etc/passwd") ?? "");
  // sudo can leave root in somebody else's home: what is there is theirs, and judged when they ask.
  const home = await ownerOf(places.home) === uid ? places.home : undefined;
  const pipelineUid = uid === 0 ? await ownerOf(dataDir) ?? uid : uid;
  const ports = await readPorts(dataDir);
  const users = isDevBox ? await gatherUsers(SERVE) : [];
  const dispatch = isDevBox ? await dispatcher(accounts) : undefined;
  const listeners = await gatherListeners();
  const isPipelines = (wanted: number) =>
    listeners.some(({ port, uid }) => port === wanted && uid === pipelineUid);
  const servers = [...users.map(({ uid, mcpPort }) => ({ uid, port: mcpPort })), dispatch];
  const [programs, sandbox, disks, secrets, units, snapshots, agents, updates, silentPorts, drift] =
    await Promise.all([
      gatherPrograms(isDevBox, call, uid),
      gatherSandbox(uid),
      gatherDisks(["/", "/tmp", places.home, dataDir, ...isDevBox ? BOX_PATHS : []]),
      gatherSecrets([
        ...isDevBox ? await boxSecrets(users, uid, call) : [],
        ...home === undefined ? [] : homeSecrets(home, ownerAs(uid, accounts)),
        ...pipelineSecrets(dataDir, ownerAs(pipelineUid, accounts)),
      ]),
      isDevBox ? gatherUnits(users.map(({ user }) => user)) : undefined,
      gatherSnapshots([
        ...uid === 0 ? await copiesOf(users) : [],
        ...home === undefined ? [] : await ownCopies(home, places),
        ...isPipelines(ports.snapshot) ? await pipelineCopies(ports.snapshot, dataDir, call) : [],
      ]),
      home === undefined ? [] : gatherAgents(home),
      gatherUpdates(),
      gatherSilentPorts(
        listeners.filter((each) =>
          servers.some((server) => server?.port === each.port && server.uid === each.uid)
        ).map(({ port }) => port),
      ),
      hasRoster && uid === 0 ? gatherDrift(places.root, config) : undefined,
    ]);
  return {
    ...{ nowMs: places.now(), uid, isDevBox, call, programs, sandbox, disks, listeners, users },
    ...{ dispatch, silentPorts, secrets, units, snapshots, agents, ...updates, drift },
    pipelineMcpPort: isPipelines(ports.mcp) ? ports.mcp : undefined,
  };
}

async function callsOf({ root, told }: Places): Promise<Calls> {
  const task = `${denoCommand()} task --cwd ${quoted(root.replace(/(.)\/$/, "$1"))}`;
  const installed = async (name: string) =>
    await look(`/usr/local/bin/hearth-${name}`) === undefined
      ? `${task} ${name}`
      : `hearth-${name}`;
  return {
    provision: await installed("provision"),
    autoupdate: await installed("autoupdate"),
    task,
    ...told,
  };
}

type Accounts = ReturnType<typeof parseAccounts>;

function ownerAs(uid: number, accounts: Accounts): { readonly name: string; readonly uid: number } {
  const [name = String(uid)] = accounts.entries().find(([, account]) => account.uid === uid) ?? [];
  return { name, uid };
}

async function dispatcher(accounts: Accounts): Promise<MachineFacts["dispatch"]> {
  const account = accounts.get("t3-dispatch");
  if (account === undefined) return undefined;
  const variables = parseVariables(await readText("/etc/hearth/dispatch.env") ?? "");
  return { uid: account.uid, port: portIn(variables, "DISPATCH_PORT") ?? DISPATCH_PORT };
}

async function copiesOf(users: readonly BoxUser[]): Promise<readonly CopyHolder[]> {
  const found: CopyHolder[] = [];
  for (const { user, uid, gid, home, snapshotUrl } of users) {
    const tokenPath = `${TOKENS}/${user}`;
    if (snapshotUrl === undefined || uid === undefined || gid === undefined) continue;
    if (await look(tokenPath) === undefined) continue;
    const follower = `playwright-snapshot-follow@${user}.service`;
    const copyPath = `${home}/${COPY}`;
    const place = { url: snapshotUrl, follower, tokenPath, copyPath, isPipeline: false };
    found.push({ user, as: { uid, gid }, ...place });
  }
  return found;
}

async function ownCopies(
  home: string,
  { snapshotUrl }: Places,
): Promise<readonly CopyHolder[]> {
  const tokenPath = `${home}/${TOKEN}`;
  if (snapshotUrl === undefined || await look(tokenPath) === undefined) return [];
  const follower = "playwright-snapshot-refresh";
  const place = { url: snapshotUrl, follower, tokenPath, copyPath: `${home}/${COPY}` };
  return [{ user: "yourself", ...place, isPipeline: false }];
}

async function pipelineCopies(
  port: number,
  dataDir: string,
  { task, data }: Calls,
): Promise<readonly CopyHolder[]> {
  const tokenPath = `${dataDir}/token`;
  if (await look(tokenPath) === undefined) return [];
  return [{
    user: "this pipeline",
    url: `http://127.0.0.1:${port}/api/snapshot`,
    follower: `${task} up${data}`,
    tokenPath,
    copyPath: `${dataDir}/storage-state.json`,
    isPipeline: true,
  }];
}
