/**
 * What every command begins and ends with: the lock, what an earlier process left, and afterwards
 * the history, the metrics, and what may be thrown away.
 *
 * @module
 */
import { writeFileAtomic } from "../core/atomic_file.ts";
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import { type FileLock, lockFile, tryLockFile } from "../core/file_lock.ts";
import type { Config } from "./config.ts";
import { isUndone, type Result, withBrake, withoutServed, withResult } from "./endings.ts";
import { countAttempt } from "./machine.ts";
import { metricsText } from "./metrics_text.ts";
import type { Box } from "./real_effects.ts";
import { evictBackups, evictVersions } from "./retention.ts";
import type { State } from "./state.ts";
import { type Freeze, readFreeze, readState } from "./state_files.ts";
import { removeVersion, sealedVersions } from "./versions.ts";
import { work } from "./work.ts";

/** What a command needs. */
export interface RunContext {
  /** The settings. */
  readonly config: Config;
  /** The box. */
  readonly box: Box;
  /** Aborted when the program should stop. */
  readonly signal: AbortSignal;
}

/** How a command ended. */
export interface RunEnd {
  /** In a word. */
  readonly result: Result;
  /** In words. */
  readonly why: string;
}

/**
 * Takes the one lock of updater, drainer and backup.
 *
 * @param waitMs How long to wait for another run to end, in milliseconds.
 */
export async function takeLock(
  { config: { stateDir }, box, signal }: RunContext,
  waitMs = 0,
): Promise<FileLock> {
  await Deno.mkdir(stateDir, { recursive: true });
  const path = `${stateDir}/lock`;
  let lock = await tryLockFile(path);
  if (lock === undefined && waitMs > 0) {
    const { clock, log } = box.effects;
    log.info("waiting for another run to end", { path });
    lock = await lockFile(path, waitMs, clock, signal);
  }
  if (lock === undefined) {
    throw new Fault(`Cannot lock "${path}": another run holds it, must be the only one`);
  }
  return lock;
}

/** Finishes or undoes what an earlier process left; does nothing where nothing was left. */
export async function recover(context: RunContext): Promise<State> {
  const { config, box, signal } = context;
  const state = await withoutHeld(context, await readState(config.stateDir));
  if (state.update === undefined) return state;
  const { to, phase } = state.update;
  box.effects.log.warn("going on with what was left", { version: to, phase });
  const counted = countAttempt(state);
  await box.effects.save(counted);
  return await work(counted, box.effects, config, signal);
}

/**
 * As {@linkcode recover}, before something else is begun.
 *
 * @returns The journal, and whether it is how this run ends: something is left to do, or has just
 * been undone, which must not be lost in what would come next.
 */
export async function recoverFirst(
  context: RunContext,
): Promise<{ readonly state: State; readonly isOver: boolean }> {
  const { update } = await readState(context.config.stateDir);
  const state = await recover(context);
  const isOver = state.update !== undefined || (update !== undefined && isUndone(state));
  return { state, isOver };
}

/** Whoever has a version again had their data put back; that just could not be written down. */
async function withoutHeld({ box }: RunContext, state: State): Promise<State> {
  const { effects } = box;
  if (Object.keys(state.held).length === 0) return state;
  const pointers = await effects.pointers.all();
  const held = Object.fromEntries(
    Object.entries(state.held).filter(([user]) => !pointers.has(user)),
  );
  if (Object.keys(held).length === Object.keys(state.held).length) return state;
  await effects.save({ ...state, held });
  return { ...state, held };
}

/** What happens at boot: as {@linkcode recover}, and nothing is begun. */
export function recoverAlone(context: RunContext): Promise<RunEnd> {
  return unlessFull(async () => {
    const { update } = await readState(context.config.stateDir);
    const state = await recover(context);
    if (update !== undefined) return await ended(context, state);
    await writeMetrics(context);
    return { result: "nothing", why: "nothing was left undone" };
  });
}

/** Nothing was begun: the journal keeps that this run was there. */
export async function quietly(
  context: RunContext,
  state: State,
  result: Result,
  why: string,
): Promise<RunEnd> {
  const { effects } = context.box;
  await effects.save(withResult(state, result, why, effects.clock.now()));
  return await closed(context, { result, why });
}

/** Nothing was begun, since the brake is on. */
export async function braked(
  context: RunContext,
  state: State,
  freeze: Freeze,
): Promise<RunEnd> {
  const { effects } = context.box;
  await effects.save(withBrake(state, freeze, effects.clock.now()));
  return await closed(context, { result: "frozen", why: freeze.reason });
}

/** A run ended as the journal says. */
export async function ended(context: RunContext, state: State): Promise<RunEnd> {
  const { result = "nothing", why = "" } = state.lastRun ?? {};
  return await closed(context, { result: result as Result, why });
}

/** A command that ends well where nothing can be written: a full disk is nobody's fault. */
export async function unlessFull(command: () => Promise<RunEnd>): Promise<RunEnd> {
  try {
    return await command();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    return { result: "inconclusive", why: noJournal(error) };
  }
}

/** What a command says that cannot write its journal. */
export function noJournal(error: unknown): string {
  return `the journal cannot be written, so nothing is begun or ended: ${errorText(error)}`;
}

/** Whether this is a full disk, or one whose owner may have no more of it. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    (error.code === "ENOSPC" || error.code === "EDQUOT");
}

async function closed(context: RunContext, end: RunEnd): Promise<RunEnd> {
  try {
    await tidy(context, end);
  } catch (error) {
    // The journal has the end, and a later run throws away what may go.
    if (!isDiskFull(error)) throw error;
    context.box.effects.log.error("cannot write history and metrics", { error });
  }
  return end;
}

async function tidy(context: RunContext, end: RunEnd): Promise<void> {
  const { config, box } = context;
  const { effects, store } = box;
  await effects.record({ did: "run", ...end });
  const [instances, pointers] = [await effects.instances(), await effects.pointers.all()];
  const written = await readState(config.stateDir);
  const state = withoutServed(written, instances, pointers);
  if (state !== written) await effects.save(state);
  const present = await sealedVersions(config.versionsDir);
  for (const version of evictVersions(present, state, pointers.values(), config.versionsKeep)) {
    await removeVersion(config.versionsDir, version);
  }
  for (const { user } of instances) {
    const copies = await store.list(user);
    await store.remove(user, evictBackups(copies, state, config.backupKeep));
  }
  await writeMetrics(context);
}

/** Writes the metrics. */
export async function writeMetrics({ config, box }: RunContext): Promise<void> {
  const { effects, store } = box;
  const backups = new Map<string, number>();
  for (const { user } of await effects.instances()) {
    const newest = (await store.list(user)).at(-1);
    if (newest !== undefined) backups.set(user, newest.manifest.atMs);
  }
  const text = await metricsText({
    state: await readState(config.stateDir),
    freeze: await readFreeze(config.freezeFile),
    pointers: await effects.pointers.all(),
    backups,
    nowMs: effects.clock.now(),
  });
  await writeFileAtomic(`${config.stateDir}/metrics.prom`, text);
  if (config.textfile === undefined) return;
  // A collector that is not there is no reason to call a night's work failed.
  await writeFileAtomic(config.textfile, text).catch((error) =>
    effects.log.warn("cannot write the metrics of this run", { path: config.textfile, error })
  );
}
