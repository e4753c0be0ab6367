/**
 * The effects on a real box.
 *
 * @module
 */
import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import type { Logger } from "../core/log.ts";
import { Secret } from "../core/secret.ts";
import { pairingArgs, parsePairingOutput } from "../t3/cli.ts";
import { loopbackInstance } from "../t3/instance.ts";
import { type Account, demandAs, readAccount } from "./account.ts";
import { type BackupStore, lossesAgainst, openBackupStore } from "./backup_store.ts";
import type { Config } from "./config.ts";
import type { Effects, Health, Instance, Services } from "./effects.ts";
import { enterThroughDoor } from "./front_door.ts";
import { runGate } from "./gate.ts";
import { inspectActivity } from "./inspect_database.ts";
import { type Builds, openBuilds } from "./builds.ts";
import { openPointers } from "./pointers.ts";
import { probeServer } from "./probe.ts";
import { bringBackup, restoreBackup } from "./restore_backup.ts";
import { appendHistory, readFreeze, readState, writeFreeze, writeState } from "./state_files.ts";
import { openUnits } from "./units.ts";
import { findDatabases, openers, roomOf, sizeOf } from "./user_files.ts";

/** What may be replaced where there is no systemd. */
export interface BoxParts {
  /** Time. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Logger;
  /** The units. @default {systemd's} */
  readonly services?: Services;
  /** Accounts. @default {those of the machine} */
  readonly accountOf?: (user: string) => Promise<Account>;
  /** The shortest time a server gets to start, in milliseconds. @default {120000} */
  readonly leastStartMs?: number;
  /** How long a server may take to stop in the gate, in milliseconds. @default {30000} */
  readonly stopMs?: number;
}

/** A box: the effects, and what commands beside `run` need of it. */
export interface Box {
  /** The effects. */
  readonly effects: Effects;
  /** Users' copies. */
  readonly store: BackupStore;
  /** An account of a user. */
  readonly accountOf: (user: string) => Promise<Account>;
  /** Where builds come from. */
  readonly builds: Builds;
}

/** A byte of a database may cost this much of a start: migrations rewrite it. */
const START_MS_PER_BYTE = 250 / 1_048_576;

/** Opens the box this runs on. */
export function openBox(config: Config, parts: BoxParts): Box {
  const { clock, log, accountOf = readAccount, leastStartMs = 120_000, stopMs = 30_000 } = parts;
  const services = parts.services ?? openUnits(config.unit);
  const pointers = openPointers(config.instancesDir);
  const door = { origin: config.dispatch.origin };
  const startMs = (sizeBytes: number) => leastStartMs + sizeBytes * START_MS_PER_BYTE;
  const { backupDir: directory, scratchDir, backupDeadlineMs: deadlineMs } = config;
  const store = openBackupStore({ directory, scratchDir, deadlineMs, clock });

  const builds = openBuilds(config, accountOf);
  const instances = () => readInstances(config.dispatchFile);

  async function visitDirectly(
    { user, port }: Instance,
    version: string,
    sizeBytes: number,
  ): Promise<Health> {
    const account = await accountOf(user);
    return await probeServer({
      instance: loopbackInstance(port),
      version,
      startMs: startMs(sizeBytes),
      clock,
      async mint() {
        const t3 = `${config.instancesDir}/${user}/bin/t3`;
        const args = pairingArgs(`${account.home}/.t3`);
        const path = `${config.nodeDir}:/usr/bin:/bin`;
        const output = parsePairingOutput(await demandAs(account, [t3, ...args], { path }));
        if (output.kind === "invalid") throw new Error(output.text);
        return output.credential;
      },
    });
  }

  async function visit(instance: Instance, version: string, sizeBytes: number): Promise<Health> {
    const direct = await visitDirectly(instance, version, sizeBytes);
    if (direct.is !== "ok") return direct;
    const token = await readIngressToken(config.ingressTokenFile);
    const through = await enterThroughDoor(door, instance.identity, version, token);
    if (through.is !== "bad") return through;
    // The build works by itself: is it the build or the door? Somebody on another version tells.
    for (const other of await instances()) {
      const theirs = await pointers.read(other.user);
      if (theirs === undefined || theirs === version || !await services.isActive(other.user)) {
        continue;
      }
      const control = await enterThroughDoor(door, other.identity, undefined, token);
      if (control.is === "ok") return through;
      return { is: "unclear", why: `${through.why}; and to ${other.user} too: ${control.why}` };
    }
    return through;
  }

  const effects: Effects = {
    clock,
    log,
    pointers,
    services,
    instances,
    visit,
    visitDirectly,
    data: {
      activity: async (user) => await inspectActivity(await accountOf(user)),
      openBy: async (user) => await openers(await accountOf(user)),
      async sizeBytes(user) {
        const account = await accountOf(user);
        return await sizeOf(account, await findDatabases(account));
      },
      roomBytes: async (user) => await roomOf(await accountOf(user)),
      backup: async (user, reason) =>
        await store.make(await accountOf(user), { kind: "update", ...reason }),
      beginBackup: async (user, reason) =>
        await store.begin(await accountOf(user), { kind: "update", ...reason }),
      async losses(user, id) {
        const account = await accountOf(user);
        return await lossesAgainst(account, await store.settle(account, id));
      },
      bring: async (user, id) => await bringBackup(await accountOf(user), store, id),
      async restore(user, id, replacedVersion) {
        const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, "");
        await restoreBackup(await accountOf(user), store, id, `${stamp}-${replacedVersion}`);
      },
    },
    async stage(version) {
      const { update } = await readState(config.stateDir);
      return await builds.stage(version, update?.integrity);
    },
    async gate(version, moves) {
      const { nodeDir, versionsDir, scratchDir, stateDir } = config;
      const lastGood = (await readState(stateDir)).lastGood?.version;
      const gate = await accountOf(config.gateUser);
      return await runGate(version, moves, {
        gate,
        accountOf,
        nodeDir,
        versionsDir,
        scratchDir,
        store,
        lastGood,
        startMs,
        stopMs,
        clock,
      });
    },
    isFrozen: async () => await readFreeze(config.freezeFile) !== undefined,
    async freeze(reason, version) {
      // Whoever put it on before had a reason too.
      if (await readFreeze(config.freezeFile) !== undefined) return;
      await writeFreeze(config.freezeFile, { reason, version, atMs: clock.now() });
    },
    save: (state) => writeState(config.stateDir, state),
    record: (event) =>
      appendHistory(config.stateDir, { at: new Date(clock.now()).toISOString(), ...event }),
  };
  return { effects, store, accountOf, builds };
}

const dispatchSchema = z.record(
  z.string(),
  z.looseObject({
    os_user: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be an account's name"),
    port: z.number().int().min(1).max(65_535),
  }),
);

/** What the front door wants of whoever says who somebody is; nothing where it wants nothing. */
async function readIngressToken(path: string): Promise<Secret | undefined> {
  try {
    return new Secret((await Deno.readTextFile(path)).trim());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * The instances of a box, in the order of their ports: who came first is moved first.
 *
 * @throws {Fault} Where the table cannot be read: nobody's instance is not the same as no instance.
 */
export async function readInstances(dispatchFile: string): Promise<readonly Instance[]> {
  const table = await readTable(dispatchFile);
  const found = new Map<string, Instance>();
  for (const [identity, { os_user: user, port }] of Object.entries(table)) {
    // Two people may share an account: it has one instance.
    if (!found.has(user)) found.set(user, { user, identity, port });
  }
  return [...found.values()].sort((a, b) => a.port - b.port);
}

async function readTable(path: string) {
  try {
    return dispatchSchema.parse(JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : errorText(error);
    throw new Fault(`Cannot read the instances "${path}": ${why}`, {
      code: "config",
      cause: error,
    });
  }
}
