/**
 * A box with instances, without systemd and without root: real npm and a real registry, real
 * versions, pointers, databases and servers below one directory, and the updater as a process of
 * its own that can be killed anywhere.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { runCommand } from "../../core/process.ts";
import type { State } from "../../autoupdate/state.ts";
import { readState } from "../../autoupdate/state_files.ts";
import { openPointers } from "../../autoupdate/pointers.ts";
import type { Instance } from "../../autoupdate/effects.ts";
import { nodeBinDir } from "../t3_fixture/node_program.ts";
import { populate } from "../t3_fixture/populate.ts";
import type { TestRegistry } from "../t3_fixture/registry.ts";
import { openTestDoor, type TestDoor } from "./front_door.ts";
import { freePort } from "./free_port.ts";
import { ROOT } from "./program.ts";
import { startUnitManager, type UnitManager } from "./unit_manager.ts";

/** How one run of the updater went. */
export interface UpdaterRun {
  /** Its exit code; 137 where it was killed. */
  readonly code: number;
  /** What it printed. */
  readonly text: string;
  /** Its log. */
  readonly log: string;
}

/** How to run the updater. */
export interface UpdaterOptions {
  /** Variables of the program. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills it at this effect. */
  readonly killAt?: number;
  /** How long after that effect began, in milliseconds; 0 is before it does anything. */
  readonly killAfterMs?: number;
}

/** A box. */
export interface AutoupdateBox extends AsyncDisposable {
  /** Its directory. */
  readonly directory: string;
  /** Its users' instances. */
  readonly instances: readonly Instance[];
  /** The units. */
  readonly units: UnitManager;
  /** The front door. */
  readonly door: TestDoor;
  /** Runs the updater: `run`, `drain`, `recover`, `dry-run` or `backup`. */
  update(command: string, options?: UpdaterOptions): Promise<UpdaterRun>;
  /** The journal. */
  state(): Promise<State>;
  /** Each user's version. */
  versions(): Promise<Readonly<Record<string, string>>>;
  /** A user's base directory. */
  baseDirOf(user: string): string;
  /** Titles of the threads in the newest database of a user. */
  threads(user: string): readonly string[];
  /** Takes the brake off. */
  unfreeze(): Promise<void>;
  /** Whether the brake is on. */
  isFrozen(): Promise<boolean>;
}

/** A directory with `node` and an `npm` that runs on it. */
export async function nodeAndNpm(directory: string): Promise<string> {
  const npm = (await runCommand("/bin/sh", ["-c", 'readlink -f "$(command -v npm)"'])).stdout
    .trim();
  await Deno.mkdir(directory, { recursive: true });
  await Deno.symlink(`${await nodeBinDir()}/node`, `${directory}/node`);
  await Deno.writeTextFile(
    `${directory}/npm`,
    `#!/bin/sh\nexec "${directory}/node" "${npm}" "$@"\n`,
    { mode: 0o755 },
  );
  return directory;
}

/** Makes one; versions can be shared between boxes, since they never change. */
export async function makeAutoupdateBox(
  registry: Pick<TestRegistry, "url">,
  users: readonly string[],
  shared: { readonly nodeDir: string; readonly versionsDir: string },
): Promise<AutoupdateBox> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-autoupdate-" });
  const root = `${directory}/t3`;
  const instancesDir = `${root}/instances`;
  for (const path of [instancesDir, `${directory}/state`, `${directory}/scratch`]) {
    await Deno.mkdir(path, { recursive: true });
  }
  await Deno.mkdir(shared.versionsDir, { recursive: true });
  await Deno.symlink(shared.versionsDir, `${root}/versions`);
  const instances = users.map((user): Instance => ({
    user,
    identity: `${user}-id`,
    port: freePort(),
  }));
  const homeOf = (user: string) => `${directory}/home/${user}`;
  for (const user of users) await Deno.mkdir(homeOf(user), { recursive: true });
  await Deno.writeTextFile(
    `${directory}/dispatch.json`,
    JSON.stringify(Object.fromEntries(
      instances.map(({ user, identity, port }) => [identity, { os_user: user, port }]),
    )),
  );
  const options = { instances, instancesDir, homeOf, nodeDir: shared.nodeDir };
  const units = startUnitManager(options);
  const door = openTestDoor(options);
  const freezeFile = `${directory}/freeze`;

  async function update(command: string, updater: UpdaterOptions = {}): Promise<UpdaterRun> {
    const { env = {}, killAt, killAfterMs } = updater;
    const { code, stdout, stderr } = await runCommand(Deno.execPath(), [
      "run",
      "-q",
      "-A",
      "--cached-only",
      `${ROOT}tests/support/autoupdate_process.ts`,
      command,
      JSON.stringify({ units: units.origin, home: `${directory}/home`, killAt, killAfterMs }),
    ], {
      deadlineMs: 180_000,
      env: {
        T3_REGISTRY: registry.url,
        T3_MIN_AGE_HOURS: "0",
        T3_SOAK_SECONDS: "1",
        T3_BACKUP_DEST: `${directory}/backups`,
        T3_TMPDIR: `${directory}/scratch`,
        T3_STATE_DIR: `${directory}/state`,
        T3_FREEZE_FILE: freezeFile,
        T3_DISPATCH: door.origin,
        T3_DISPATCH_FILE: `${directory}/dispatch.json`,
        T3_ROOT: root,
        T3_NODE_DIR: shared.nodeDir,
        T3_VERSIONS_KEEP: "50",
        LOG_FORMAT: "text",
        NO_COLOR: "1",
        ...env,
      },
    });
    return { code, text: stdout.trim(), log: stderr };
  }

  return {
    directory,
    instances,
    units,
    door,
    update,
    state: () => readState(`${directory}/state`),
    versions: async () => Object.fromEntries(await openPointers(instancesDir).all()),
    baseDirOf: (user) => `${homeOf(user)}/.t3`,
    threads(user) {
      const userdata = `${homeOf(user)}/.t3/userdata`;
      const second = `${userdata}/statev2.sqlite`;
      const database = new DatabaseSync(exists(second) ? second : `${userdata}/state.sqlite`);
      try {
        return database.prepare("SELECT title FROM projection_threads ORDER BY thread_id").all()
          .map(({ title }) => String(title));
      } finally {
        database.close();
      }
    },
    unfreeze: () => Deno.remove(freezeFile),
    isFrozen: () => Promise.resolve(exists(freezeFile)),
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]();
      await units[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Leaves threads of long ago, so that the user counts as idle; or a running turn. */
export function fillUser(
  box: AutoupdateBox,
  user: string,
  options: { isBusy?: boolean; titles?: readonly string[] } = {},
): void {
  const { isBusy = false, titles = [] } = options;
  populate(box.baseDirOf(user), {
    threads: 3,
    titles: [`of ${user}`, ...titles],
    updatedAt: new Date(Date.now() - 86_400_000),
    ...(isBusy ? { activeThread: 0 } : {}),
  });
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
