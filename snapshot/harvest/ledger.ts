/**
 * When each origin was last read, so that the next pass can leave out what has not changed since.
 *
 * The ledger belongs to one generation, named by its digest: where another harvester has published
 * since, it says nothing, and everything is read.
 *
 * @module
 */
import { z } from "zod";
import { writeFileAtomic } from "../../core/atomic_file.ts";
import { isWebOrigin } from "../storage_state.ts";

const ENTRY = z.object({
  /** When it was read, in milliseconds since the epoch. */
  readMs: z.number(),
  /** The last trace of it there was before that: a visit, or a change of its quota bucket. */
  traceMs: z.number(),
  /** Whether a tab was on it. */
  wasOpen: z.boolean(),
});

/** What the file holds: the ledger, and the SHA-256 of its generation in hexadecimal. */
const LEDGER_FILE = z.object({
  digest: z.string(),
  origins: z.record(z.string().refine(isWebOrigin), ENTRY),
});

/** One origin. */
export type LedgerEntry = z.infer<typeof ENTRY>;

/** What is known of every origin that was ever a candidate. */
export type Ledger = Readonly<Record<string, LedgerEntry>>;

type LedgerFile = z.infer<typeof LEDGER_FILE>;

/** Where the ledger of a snapshot directory is, and which generation it has to belong to. */
export interface LedgerPlace {
  /** The ledger's file. */
  readonly ledgerPath: string;
  /** The current generation's file. */
  readonly snapshotPath: string;
}

/** The ledger of a snapshot directory. */
export function ledgerPlace({ dir, path }: { dir: string; path: string }): LedgerPlace {
  return { ledgerPath: `${dir}/origin-ledger.json`, snapshotPath: path };
}

/**
 * Reads the ledger of the current generation.
 *
 * @returns Empty where there is none, none that can be used, or one of another generation: it is a
 * hint, and without it everything is read.
 */
export async function readLedger({ ledgerPath, snapshotPath }: LedgerPlace): Promise<Ledger> {
  const text = await readIfThere(ledgerPath);
  const file = LEDGER_FILE.safeParse(parseJson(text)).data;
  if (file === undefined || file.digest !== await digestOf(snapshotPath)) return {};
  return file.origins;
}

/** Writes the ledger of the current generation. */
export async function writeLedger(place: LedgerPlace, origins: Ledger): Promise<void> {
  const file: LedgerFile = { digest: await digestOf(place.snapshotPath), origins };
  await writeFileAtomic(place.ledgerPath, `${JSON.stringify(file)}\n`, { mode: 0o600 });
}

async function digestOf(path: string): Promise<string> {
  const bytes = new TextEncoder().encode(await readIfThere(path));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
