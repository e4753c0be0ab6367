/**
 * Writes what was harvested, and says so in the words of the contract.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";
import type { Logger } from "../../core/log.ts";
import type { Generations } from "../generations.ts";
import { parseStorageState, type StorageState, StorageStateError } from "../storage_state.ts";
import type { HarvestState } from "./harvest_state.ts";

/**
 * Publishes the state as a new generation, if it says something new.
 *
 * @param state What was read.
 * @param generations Where it goes.
 * @param log Told of every generation.
 * @returns Whether a generation was written.
 * @throws {Fault} When the disk does not take it; the generation before stays as it is.
 */
export async function publish(
  state: HarvestState,
  generations: Generations,
  log: Logger,
): Promise<boolean> {
  const bytes = state.bytes();
  try {
    const { isWritten, generation } = await generations.publish(bytes);
    const fields = { generation, ...state.counts() };
    const what = `snapshot (${bytes.length} bytes)`;
    if (isWritten) log.info(`wrote ${what} to ${generations.path}`, fields);
    else log.debug(`unchanged ${what} at ${generations.path}`, fields);
    return isWritten;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(`Cannot write the snapshot to "${generations.path}": ${errorText(error)}`, {
      cause: error,
    });
  }
}

/**
 * The current generation, where there is a valid one.
 *
 * @param path The snapshot.
 * @param log Told when it is there and invalid.
 */
export async function readPrevious(path: string, log: Logger): Promise<StorageState | undefined> {
  try {
    return parseStorageState(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof StorageStateError) {
      log.warn(`the snapshot at ${path} is invalid, starting without it`, { reason: error });
    } else if (!(error instanceof Deno.errors.NotFound)) throw error;
    return undefined;
  }
}
