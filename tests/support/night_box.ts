/**
 * A box for whole runs in memory: the users, pointers and data of `autoupdate/box_fixture.ts`, with
 * builds as `build_model.ts` knows them, a source that can be asked, and disks that fill up one by
 * one. The journal, the brake and the metrics are real files, on a disk of memory where there is one.
 *
 * @module
 */
import type { BackupStore } from "../../autoupdate/backup_store.ts";
import { createFakeBox, DiskFull, type FakeBox } from "../../autoupdate/box_fixture.ts";
import type { RunContext } from "../../autoupdate/closing.ts";
import { type Config, readConfig } from "../../autoupdate/config.ts";
import type { Effects } from "../../autoupdate/effects.ts";
import type { Box } from "../../autoupdate/real_effects.ts";
import type { ReleaseAnswer } from "../../autoupdate/source.ts";
import { emptyState, type State } from "../../autoupdate/state.ts";
import { readFreeze, readState, writeFreeze, writeState } from "../../autoupdate/state_files.ts";
import type { BuildModel, ModelData } from "./build_model.ts";

/** What the tag went back to. */
export const OLDER = "0.1.0";
/** What users have. */
export const OLD = "0.2.0";
/** What is offered. */
export const NEW = "0.3.0";

/** A disk that may be full. */
export type Disk = "versions" | "scratch" | "copies" | "journal" | "homes";

/** What may be the matter, beside the build. */
export interface Matter {
  /** Whether the brake is on. */
  readonly isFrozen?: boolean;
  /** The one version that is wanted. */
  readonly pin?: string;
  /** What the tag stands for. */
  readonly offers?: string;
  /** How old a build must be, in hours; this one is an hour old. */
  readonly minAgeHours?: number;
  /** The registry does not answer, or does not know what is asked for. */
  readonly isSilent?: boolean;
  /** The registry knows the build and does not give it. */
  readonly isGone?: boolean;
  /** The front door is down. */
  readonly isDoorDown?: boolean;
  /** The disk that is full. */
  readonly full?: Disk;
}

/** A user of the box. */
export interface NightUser extends ModelData {
  /** Their name. */
  readonly name: string;
  /** Whether a turn of theirs is running. */
  readonly isBusy?: boolean;
}

/** A box. */
export interface NightBox extends AsyncDisposable {
  /** What a run is given. */
  context(): RunContext;
  /** Users, rows, dangers. */
  readonly box: FakeBox;
  /** The journal as it is on disk. */
  state(): Promise<State>;
  /** Whether the brake is on. */
  isFrozen(): Promise<boolean>;
}

/** Makes one. */
export async function makeNightBox(
  model: BuildModel,
  users: readonly NightUser[],
  matter: Matter,
): Promise<NightBox> {
  const dir = await diskOfMemory();
  const directory = await Deno.makeTempDir({ prefix: "hearth-night-", ...(dir && { dir }) });
  const config = configOf(directory, matter);
  const isFresh = users.every(({ isUsed }) => !isUsed);
  const build = (schema: number) => ({ schema, flaw: "none" as const });
  const box = createFakeBox({
    builds: {
      [OLDER]: build(0),
      [OLD]: build(1),
      [NEW]: { schema: 2, flaw: model.isDying ? "soak" : "none" },
    },
    old: isFresh ? undefined : OLD,
    users,
    to: NEW,
  });
  await Deno.mkdir(config.stateDir);
  if (!isFresh) {
    await writeState(config.stateDir, { ...emptyState(), lastGood: { version: OLD, sinceMs: 0 } });
  }
  if (matter.isFrozen) {
    await writeFreeze(config.freezeFile, { reason: "demo", atMs: undefined, version: undefined });
  }
  const parts = { model, users, matter, config, box };
  return {
    box,
    state: () => readState(config.stateDir),
    isFrozen: async () => await readFreeze(config.freezeFile) !== undefined,
    context: () => ({ config, box: openNight(parts), signal: new AbortController().signal }),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

interface Parts {
  readonly model: BuildModel;
  readonly users: readonly NightUser[];
  readonly matter: Matter;
  readonly config: Config;
  readonly box: FakeBox;
}

function openNight(parts: Parts): Box {
  const { model, matter, box } = parts;
  const effects = nightEffects(parts);
  return {
    effects,
    store: NO_COPIES,
    accountOf: (name) => Promise.resolve({ name, uid: 1, gid: 1, home: `/home/${name}` }),
    builds: {
      ask: ({ pin }) => Promise.resolve(answer(pin)),
      nodeVersion: () => Promise.resolve("v22.16.0"),
      stage: (version) => effects.stage(version),
    },
  };

  function answer(pin: string | undefined): ReleaseAnswer {
    if (matter.isSilent) return { is: "unclear", why: "npm: it does not answer" };
    if (matter.full === "scratch") return { is: "unclear", why: "no space for npm" };
    const version = pin ?? matter.offers ?? NEW;
    const release = {
      version,
      publishedMs: box.clock.now() - 3_600_000,
      integrity: "sha512-x",
      provenance: undefined,
      engines: version === NEW ? model.engines : undefined,
    };
    return { is: "ok", release };
  }
}

/** The updater never asks for one here: copies are those of the box in memory. */
const NO_COPIES: BackupStore = {
  ...{} as BackupStore,
  list: () => Promise.resolve([]),
  remove: () => Promise.resolve(),
};

function nightEffects({ model, users, matter, config, box }: Parts): Effects {
  const base = box.effects();
  const { full } = matter;
  return {
    ...base,
    data: {
      ...base.data,
      backup: on("copies", base.data.backup),
      beginBackup: on("copies", base.data.beginBackup),
      roomBytes: full === "homes" ? () => Promise.resolve(0) : base.data.roomBytes,
    },
    async stage(version) {
      if (matter.isGone) return { is: "unclear", why: "npm: 404" };
      if (full === "scratch") throw new Error("mktemp: No space left on device");
      const staged = await on("versions", base.stage)(version);
      const fault = version === NEW ? model.stageFault : undefined;
      return fault === undefined ? staged : { is: "bad", why: fault };
    },
    async gate(version, moves) {
      try {
        await on("scratch", base.gate)(version, moves);
        if (version !== NEW) return { is: "ok" };
        const fault = model.gateFault({ isUsed: false, titles: [] });
        if (fault !== undefined) return { is: "bad", why: fault };
        for (const { user } of moves) {
          const theirs = users.find(({ name }) => name === user);
          if (theirs === undefined || !theirs.isUsed) continue;
          if (full === "copies") throw new DiskFull();
          const why = model.gateFault(theirs);
          if (why !== undefined) return { is: "bad", user, why };
        }
        return { is: "ok" };
      } catch (error) {
        if (!(error instanceof DiskFull)) throw error;
        return { is: "unclear", why: `the gate is broken: ${error.message}` };
      }
    },
    async visit(instance, version, sizeBytes) {
      const health = await base.visit(instance, version, sizeBytes);
      if (health.is !== "ok" || !matter.isDoorDown) return health;
      return { is: "unclear", why: "the front door is down" };
    },
    isFrozen: async () => await readFreeze(config.freezeFile) !== undefined,
    async freeze(reason, version) {
      await base.freeze(reason, version);
      await writeFreeze(config.freezeFile, { reason, version, atMs: base.clock.now() });
    },
    async save(state) {
      await on("journal", base.save)(state);
      await writeState(config.stateDir, state);
    },
    record: on("journal", base.record),
  };

  function on<Args extends readonly unknown[], Result>(
    disk: Disk,
    write: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return (...args) => full === disk ? Promise.reject(new DiskFull()) : write(...args);
  }
}

function configOf(directory: string, { pin, minAgeHours = 0 }: Matter): Config {
  const env: Record<string, string | undefined> = {
    T3_STATE_DIR: `${directory}/state`,
    T3_ROOT: `${directory}/t3`,
    T3_FREEZE_FILE: `${directory}/freeze`,
    T3_SOAK_SECONDS: "60",
    T3_MIN_AGE_HOURS: String(minAgeHours),
    T3_PIN: pin,
  };
  return readConfig({ get: (name) => env[name] });
}

async function diskOfMemory(): Promise<string | undefined> {
  const path = "/dev/shm";
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false)
    ? path
    : undefined;
}
