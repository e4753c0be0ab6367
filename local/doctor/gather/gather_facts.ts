/**
 * Everything the doctor judges by, from where it stands.
 *
 * @module
 */
import type { Calls, MachineFacts } from "../facts.ts";
import { quoted } from "../command_line.ts";
import { gatherAgents } from "./agents.ts";
import { boxSecrets, COPY, ownSecrets, SERVE, TOKEN, TOKENS } from "./box_secrets.ts";
import { gatherDisks } from "./disks.ts";
import { gatherDrift } from "./drift.ts";
import { gatherListeners } from "./listeners.ts";
import { gatherPrograms } from "./programs.ts";
import { look, readText } from "./read_text.ts";
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
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Where `hearth up` serves the snapshot. */
const SNAPSHOT_PORT = 8088;
const DISPATCH_PORT = 3780;

/** Where a dev box writes. */
const BOX_PATHS = ["/home", "/opt", "/var", "/var/backups", "/var/cache", "/var/lib", "/var/log"];

/** Looks everywhere. */
export async function gatherFacts(places: Places): Promise<MachineFacts> {
  const { root, config, home, dataDir } = places;
  const uid = Deno.uid() ?? -1;
  const hasRoster = await look(`${config}/roster.yaml`) !== undefined;
  const isDevBox = hasRoster ||
    await look("/etc/systemd/system/playwright-mcp@.service") !== undefined;
  const call = await callsOf(root);
  const accounts = parseAccounts(await readText("/etc/passwd") ?? "");
  const users = isDevBox ? await gatherUsers(SERVE) : [];
  const dispatch = isDevBox ? await dispatcher(accounts) : undefined;
  const listeners = await gatherListeners();
  const isUp = listeners.some(({ port, uid: owner }) => port === SNAPSHOT_PORT && owner === uid);
  const servers = [...users.map(({ uid, mcpPort }) => ({ uid, port: mcpPort })), dispatch];
  const [programs, sandbox, disks, secrets, units, snapshots, agents, updates, silentPorts, drift] =
    await Promise.all([
      gatherPrograms(isDevBox, call.provision, uid),
      gatherSandbox(uid),
      gatherDisks(["/", "/tmp", home, dataDir, ...isDevBox ? BOX_PATHS : []]),
      gatherSecrets([
        ...isDevBox ? await boxSecrets(users, uid, call) : [],
        ...ownSecrets({ uid, name: nameOf(uid, accounts), home, dataDir }),
      ]),
      isDevBox ? gatherUnits(users.map(({ user }) => user)) : undefined,
      gatherSnapshots([
        ...uid === 0 ? await copiesOf(users) : [],
        ...await ownCopies(places, isUp, call),
      ]),
      gatherAgents(home),
      gatherUpdates(),
      gatherSilentPorts(
        listeners.filter((each) =>
          servers.some((server) => server?.port === each.port && server.uid === each.uid)
        ).map(({ port }) => port),
      ),
      hasRoster && uid === 0 ? gatherDrift(root, config) : undefined,
    ]);
  return {
    ...{ nowMs: places.now(), uid, isDevBox, call, programs, sandbox, disks, listeners, users },
    ...{ dispatch, silentPorts, secrets, units, snapshots, agents, ...updates, drift },
  };
}

async function callsOf(root: string): Promise<Calls> {
  const task = `deno task --cwd ${quoted(root.replace(/(.)\/$/, "$1"))}`;
  const installed = async (name: string) =>
    await look(`/usr/local/bin/hearth-${name}`) === undefined
      ? `${task} ${name}`
      : `hearth-${name}`;
  return {
    provision: await installed("provision"),
    autoupdate: await installed("autoupdate"),
    task,
  };
}

type Accounts = ReturnType<typeof parseAccounts>;

function nameOf(uid: number, accounts: Accounts): string {
  return accounts.entries().find(([, account]) => account.uid === uid)?.[0] ?? String(uid);
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
    found.push({ user, as: { uid, gid }, url: snapshotUrl, follower, tokenPath, copyPath });
  }
  return found;
}

async function ownCopies(
  places: Places,
  isUp: boolean,
  { task }: Calls,
): Promise<readonly CopyHolder[]> {
  const { home, dataDir, snapshotUrl } = places;
  const found: CopyHolder[] = [];
  const mine = { tokenPath: `${home}/${TOKEN}`, copyPath: `${home}/${COPY}` };
  if (snapshotUrl !== undefined && await look(mine.tokenPath) !== undefined) {
    const follower = "playwright-snapshot-refresh";
    found.push({ user: "yourself", url: snapshotUrl, follower, ...mine });
  }
  if (isUp && await look(`${dataDir}/token`) !== undefined) {
    found.push({
      user: "this pipeline",
      url: `http://127.0.0.1:${SNAPSHOT_PORT}/api/snapshot`,
      follower: `${task} up`,
      tokenPath: `${dataDir}/token`,
      copyPath: `${dataDir}/storage-state.json`,
    });
  }
  return found;
}
