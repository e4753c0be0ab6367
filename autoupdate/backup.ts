/**
 * The nightly copies.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { isDiskFull, type RunContext, writeMetrics } from "./closing.ts";
import { evictBackups } from "./retention.ts";
import { readState } from "./state_files.ts";

/** What came of one night's copies. */
export interface BackupEnd {
  /** Whose data was copied. */
  readonly copied: readonly string[];
  /** Whose was not, and why. */
  readonly failed: readonly { readonly user: string; readonly why: string }[];
}

/** Copies every user's data, and throws away what is no longer needed. */
export async function backup(context: RunContext): Promise<BackupEnd> {
  const { config, box } = context;
  const { effects, store, accountOf } = box;
  const copied: string[] = [];
  const failed: { user: string; why: string }[] = [];
  const state = await readState(config.stateDir);
  const pointers = await effects.pointers.all();
  for (const { user } of await effects.instances()) {
    const startedMs = effects.clock.monotonic();
    try {
      const id = await store.make(await accountOf(user), {
        kind: "nightly",
        from: pointers.get(user),
      });
      const ms = Math.round(effects.clock.monotonic() - startedMs);
      effects.log.info("copied", { user, backup: id, ms });
      const copies = await store.list(user);
      await store.remove(user, evictBackups(copies, state, config.backupKeep));
      copied.push(user);
    } catch (error) {
      failed.push({ user, why: errorText(error) });
      effects.log.error("cannot copy", { user, error });
    }
  }
  try {
    await writeMetrics(context);
  } catch (error) {
    // The copies are what this is for.
    if (!isDiskFull(error)) throw error;
    effects.log.error("cannot write the metrics", { error });
  }
  return { copied, failed };
}
