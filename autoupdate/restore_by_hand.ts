/**
 * A user's copies in a person's hands: list them, try one, put one back.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import { drill } from "./backup_store.ts";
import type { RunContext } from "./closing.ts";
import { piecesOf, type StoredBackup } from "./manifest.ts";
import { readState } from "./state_files.ts";
import { compareVersions } from "./version.ts";

/** What to do. */
export interface RestoreOptions {
  /** Whose data. */
  readonly user: string;
  /** Which copy; else the newest. */
  readonly id: string | undefined;
  /** Put it back beside, and look at it. */
  readonly isDrill: boolean;
  /** Put it back. */
  readonly isApplying: boolean;
}

/** Does it, and tells. */
export async function restoreByHand(
  { config, box }: RunContext,
  { user, id, isDrill, isApplying }: RestoreOptions,
): Promise<string> {
  const { effects, store, accountOf } = box;
  const refuse = (why: string, cause?: unknown) =>
    new Fault(`Cannot restore the data of "${user}": ${why}`, { cause });
  if (!(await effects.instances()).some((one) => one.user === user)) {
    throw refuse("they have no instance on this box");
  }
  const copies = await store.list(user);
  if (!isDrill && !isApplying) return copies.map(line).join("") || `no copies of ${user}\n`;
  const copy = id === undefined ? copies.at(-1) : copies.find((one) => one.id === id);
  if (copy === undefined) throw refuse(id === undefined ? "there is no copy" : `there is no ${id}`);
  const owner = await accountOf(user);
  if (isDrill) {
    const losses = await drill(owner, store, copy, config.scratchDir);
    if (losses.length > 0) throw refuse(`${copy.id} is not whole: ${losses.join(", ")}`);
    return `${copy.id} can be put back: ${tableText(copy)}\n`;
  }
  const state = await readState(config.stateDir);
  if (state.update !== undefined) {
    throw refuse("an update is in flight, must be finished first (autoupdate recover)");
  }
  const version = await effects.pointers.read(user) ?? state.held[user];
  if (version === undefined) throw refuse("they have no version");
  const { kind, from } = copy.manifest;
  if (kind === "update" && from !== undefined && from !== version) {
    throw refuse(`the copy is of ${from}, they have ${version} (autoupdate rollback --to ${from})`);
  }
  // An older one is migrated when their t3 starts, as every update does; a newer one breaks it.
  if (from !== undefined && compareVersions(from, version) > 0) {
    throw refuse(`the copy is of ${from}, they have ${version}, which cannot read it (--backup)`);
  }
  try {
    // Until it is put back nothing may start, whatever happens to this process.
    await effects.save({ ...state, held: { ...state.held, [user]: version } });
    await effects.data.bring(user, copy.id);
  } catch (error) {
    throw refuse(`nothing was changed: ${errorText(error)}`, error);
  }
  await effects.pointers.hold(user);
  await effects.services.stop(user);
  const pids = await effects.data.openBy(user);
  if (pids.length === 0) {
    try {
      await effects.data.restore(user, copy.id, version);
    } catch (error) {
      throw refuse(`${errorText(error)}; they have no t3 until this is run again`, error);
    }
  }
  await effects.pointers.point(user, version);
  await effects.services.start(user);
  const { [user]: _done, ...held } = state.held;
  try {
    await effects.save({ ...state, held });
    if (pids.length === 0) await effects.record({ did: "restore", user, backup: copy.id });
  } catch (error) {
    // They work, and the next run sees that they do.
    effects.log.error("cannot write down that this is over", { user, error });
  }
  if (pids.length > 0) throw refuse(`process ${pids.join(", ")} has it open; nothing was changed`);
  return `${copy.id} was put back: ${tableText(copy)}; what it replaced is in kept-aside\n`;
}

function line({ id, manifest }: StoredBackup): string {
  const size = piecesOf(manifest).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const of = manifest.from === undefined ? "" : `  of ${manifest.from}`;
  return `${id}  ${(size / 1_048_576).toFixed(1)} MiB${of}\n`;
}

function tableText({ manifest }: StoredBackup): string {
  return manifest.files.map(({ facts }) => {
    const rows = Object.values(facts.counts).reduce((sum, count) => sum + count, 0);
    return `${facts.name} with ${rows} rows in ${Object.keys(facts.counts).length} tables`;
  }).join(", ") || "nothing, as it was then";
}
