/**
 * The nightly copies.
 *
 * @module
 */
import { type RunContext, writeMetrics } from "./closing.ts";
import { evictBackups } from "./retention.ts";
import { readState } from "./state_files.ts";

/** Copies every user's data, and throws away what is no longer needed. */
export async function backup(context: RunContext): Promise<readonly string[]> {
  const { config, box } = context;
  const { effects, store, accountOf } = box;
  const failed: string[] = [];
  const state = await readState(config.stateDir);
  for (const { user } of await effects.instances()) {
    const startedMs = effects.clock.monotonic();
    try {
      const id = await store.make(await accountOf(user), { kind: "nightly" });
      const ms = Math.round(effects.clock.monotonic() - startedMs);
      effects.log.info("copied", { user, backup: id, ms });
      const copies = await store.list(user);
      await store.remove(user, evictBackups(copies, state, config.backupKeep));
    } catch (error) {
      failed.push(user);
      effects.log.error("cannot copy", { user, error });
    }
  }
  await writeMetrics(context);
  return failed;
}
