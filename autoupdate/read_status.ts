/**
 * Reads what the status is made of.
 *
 * @module
 */
import type { RunContext } from "./closing.ts";
import { readFreeze, readState } from "./state_files.ts";
import { type Status, statusOf } from "./status.ts";

/** The status of the box. */
export async function readStatus({ config, box }: Omit<RunContext, "signal">): Promise<Status> {
  const { effects } = box;
  const pointers = await effects.pointers.all();
  const users = [];
  for (const { user } of await effects.instances()) {
    const isRunning = await effects.services.isActive(user);
    users.push({ user, version: pointers.get(user), isRunning });
  }
  return statusOf({
    state: await readState(config.stateDir),
    freeze: await readFreeze(config.freezeFile),
    pin: config.pin,
    users,
    deferMaxMs: config.deferMaxMs,
    nowMs: effects.clock.now(),
  });
}
