/**
 * One build that failed, and may be tried again: its fault was found elsewhere, and mended.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import { type RunContext, writeMetrics } from "./closing.ts";
import { readFreeze, readState } from "./state_files.ts";

/** Forgets that a build failed, and tells what follows from that. */
export async function retry(context: RunContext, version: string): Promise<string> {
  const { config, box: { effects } } = context;
  const state = await readState(config.stateDir);
  const { skipped } = state;
  if (!Object.hasOwn(skipped, version)) {
    const known = Object.keys(skipped).join(", ") || "none";
    const why = `it is not remembered as failed, must be one of: ${known}`;
    throw new Fault(`Cannot have "${version}" tried again: ${why}`);
  }
  const { [version]: failure, ...others } = skipped;
  await effects.save({ ...state, skipped: others });
  await effects.record({ did: "retry", version, stage: failure?.stage, why: failure?.why });
  await writeMetrics(context);
  const freeze = await readFreeze(config.freezeFile);
  const brake = freeze === undefined ? "" : `; but the brake is on: ${freeze.reason}`;
  const what = `${version} may be tried again, where the channel or a pin leads to it`;
  return `${what}; it failed before (${failure?.stage}: ${failure?.why})${brake}\n`;
}
