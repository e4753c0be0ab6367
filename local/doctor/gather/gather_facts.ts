/**
 * Everything the doctor judges by, from where it stands.
 *
 * @module
 */
import type { MachineFacts } from "../facts.ts";
import { gatherAgents } from "./agents.ts";
import { gatherDisks } from "./disks.ts";
import { gatherDrift } from "./drift.ts";
import { gatherListeners } from "./listeners.ts";
import { gatherPrograms } from "./programs.ts";
import { look, namesIn } from "./read_text.ts";
import { gatherSandbox } from "./sandbox.ts";
import { gatherSecrets, type WantedSecret } from "./secrets.ts";
import { type CopyHolder, gatherSnapshots } from "./snapshots.ts";
import { gatherUnits } from "./units.ts";
import { type BoxUser, gatherUsers } from "./users.ts";

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

const SERVE = "/etc/t3-serve";
const TOKENS = `${SERVE}/tokens`;
const COPY = ".cache/playwright-shared-storage-state.json";
const TOKEN = ".config/playwright/token";
const ROOT_OWNER = { name: "root", uid: 0 };

/** Where `hearth up` serves the snapshot. */
const SNAPSHOT_PORT = 8088;

/** Looks everywhere. */
export async function gatherFacts(places: Places): Promise<MachineFacts> {
  const { root, config, home, dataDir } = places;
  const uid = Deno.uid() ?? -1;
  const hasRoster = await look(`${config}/roster.yaml`) !== undefined;
  const isDevBox = hasRoster ||
    await look("/etc/systemd/system/playwright-mcp@.service") !== undefined;
  const provision = await look("/usr/local/bin/hearth-provision") === undefined
    ? "deno task provision"
    : "hearth-provision";
  const users = isDevBox ? await gatherUsers(SERVE) : [];
  const listeners = await gatherListeners();
  const isUp = listeners.some(({ port, uid: owner }) => port === SNAPSHOT_PORT && owner === uid);
  const [programs, sandbox, disks, secrets, units, snapshots, agents, drift] = await Promise.all([
    gatherPrograms(isDevBox, provision),
    gatherSandbox(uid),
    gatherDisks(["/", "/tmp", home, dataDir, ...isDevBox ? ["/home", "/opt", "/var/lib"] : []]),
    gatherSecrets(await wantedSecrets(places, users, uid)),
    isDevBox ? gatherUnits(users.map(({ user }) => user)) : undefined,
    gatherSnapshots([
      ...uid === 0 ? await copiesOf(users) : [],
      ...await ownCopies(places, isUp),
    ]),
    gatherAgents(home),
    hasRoster && uid === 0 ? gatherDrift(root, config) : undefined,
  ]);
  return {
    ...{ nowMs: places.now(), uid, isDevBox, provision, programs, sandbox, disks, listeners },
    ...{ users, secrets, units, snapshots, agents, drift },
  };
}

async function wantedSecrets(
  { home, dataDir }: Places,
  users: readonly BoxUser[],
  uid: number,
): Promise<readonly WantedSecret[]> {
  const own = { name: uid === 0 ? "root" : String(uid), uid };
  const owned = (owner: WantedSecret["owner"], wanted: number, paths: readonly string[]) =>
    paths.map((path) => ({ path, owner, wanted }));
  return [
    ...owned(ROOT_OWNER, 0o700, [TOKENS]),
    ...owned(ROOT_OWNER, 0o600, [
      `${SERVE}/chrome-service-token`,
      ...(await namesIn(TOKENS)).map((name) => `${TOKENS}/${name}`),
    ]),
    ...users.flatMap(({ user, uid: owner, home: theirs }) =>
      owner === undefined || owner === uid
        ? []
        : owned({ name: user, uid: owner }, 0o600, [`${theirs}/${TOKEN}`, `${theirs}/${COPY}`])
    ),
    ...owned(own, 0o600, [`${home}/${TOKEN}`, `${home}/${COPY}`]),
    ...owned(own, 0o700, [dataDir]),
    ...owned(own, 0o600, [`${dataDir}/token`, `${dataDir}/storage-state.json`]),
  ];
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

async function ownCopies(places: Places, isUp: boolean): Promise<readonly CopyHolder[]> {
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
      follower: "deno task up",
      tokenPath: `${dataDir}/token`,
      copyPath: `${dataDir}/storage-state.json`,
    });
  }
  return found;
}
