/**
 * What a harvest can build on: the last generation, and which of its origins need no new reading.
 *
 * @module
 */
import type { Generations } from "../generations.ts";
import type { StorageState } from "../storage_state.ts";
import { type Ledger, type LedgerPlace, ledgerPlace, readLedger } from "./ledger.ts";

/** Where a harvest starts. */
export interface StartPoint {
  /** The last generation, or `undefined` where there is none. */
  readonly previous: StorageState | undefined;
  /** When its origins were read; empty where all of them must be read again. */
  readonly ledger: Ledger;
  /** Whether this run of the browser has not been harvested before. */
  readonly isNewRun: boolean;
  /** Where the ledger is kept. */
  readonly place: LedgerPlace;
}

/** What it depends on. */
export interface StartPointOptions {
  /** The snapshot directory. */
  generations: Generations;
  /** The browser that will be read. */
  browser: { readonly id: string };
  /** Whether everything must be read, whatever is known. */
  isForced: boolean;
}

/**
 * Finds the start. What earlier passes have read counts only in the run of the browser they have
 * read it in: one that was restarted may have lost its last writes, or its whole profile.
 */
export async function startPoint(options: StartPointOptions): Promise<StartPoint> {
  const { generations, browser, isForced } = options;
  const { current } = await generations.list();
  const place = ledgerPlace(generations);
  const isNewRun = current?.entry.browser?.id !== browser.id;
  const ledger = isNewRun || isForced ? {} : await readLedger(place);
  return { previous: current?.state, ledger, isNewRun, place };
}
