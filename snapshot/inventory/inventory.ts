/**
 * The inventory of the snapshot that is served: rows per reader, and since when they are so.
 *
 * What has changed is found by comparing generations: those the harvester has kept when the first
 * one comes in, and each later one in memory.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/log.ts";
import { filterState } from "../access/filter_state.ts";
import { type Grant, isWhole } from "../access/grant.ts";
import type { StorageState } from "../storage_state.ts";
import { createChangeLedger } from "./change_ledger.ts";
import { type PastGeneration, pastGenerations } from "./past_generations.ts";
import { type SiteRow, siteRows } from "./site_rows.ts";

/** The inventory of one snapshot file. */
export interface Inventory {
  /** Takes in a generation; resolves when it and those before have been compared. */
  note(generation: PastGeneration): Promise<void>;
  /** What a reader may know of a state. */
  rows(state: StorageState, grant: Grant): readonly SiteRow[];
}

/** Where the past is and what time it is. */
export interface InventoryOptions {
  /** The snapshot file; earlier generations are looked for beside it. */
  path: string;
  /** Time. */
  clock: Clock;
  /** The program's log. */
  log: Logger;
}

/** Makes an inventory that knows of no generation. */
export function createInventory({ path, clock, log }: InventoryOptions): Inventory {
  const ledger = createChangeLedger();
  let last: Promise<void> | undefined;

  async function readPast(beforeMs: number): Promise<void> {
    for await (const { state, writtenMs } of pastGenerations(path)) {
      if (writtenMs <= beforeMs) ledger.note(state, writtenMs);
    }
  }

  return {
    note({ state, writtenMs }) {
      // The past is a hint: without it changes are known from now on.
      last ??= readPast(writtenMs).catch((error) =>
        log.warn("cannot look at earlier generations", { error })
      );
      // One after the other: a generation that comes while the past is read has to wait.
      last = last.then(() => ledger.note(state, writtenMs));
      return last;
    },
    rows(state, grant) {
      const mine = isWhole(grant) ? state : filterState(state, grant);
      return siteRows(mine, { nowMs: clock.now(), changedMs: ledger.changedMs });
    },
  };
}
