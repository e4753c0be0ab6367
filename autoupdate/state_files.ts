/**
 * The updater's own files: the journal, the history, the brake.
 *
 * @module
 */
import { z } from "zod";
import { writeFileAtomic } from "../core/atomic_file.ts";
import { Fault } from "../core/fault.ts";
import { emptyState, parseState, type State, stateText } from "./state.ts";

/** Reads the journal; a box that has none has never run the updater. */
export async function readState(stateDir: string): Promise<State> {
  const path = `${stateDir}/state.json`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return emptyState();
    throw error;
  }
  const parsed = parseState(text);
  if (parsed.isValid) return parsed.state;
  throw new Fault(
    `Cannot read the journal "${path}": ${parsed.why}, must be as it was written`,
    { code: "config" },
  );
}

/** Writes the journal, durably. */
export async function writeState(stateDir: string, state: State): Promise<void> {
  await writeFileAtomic(`${stateDir}/state.json`, stateText(state), { mode: 0o600 });
}

/** Adds a line to the history, durably. */
export async function appendHistory(
  stateDir: string,
  event: Readonly<Record<string, unknown>>,
): Promise<void> {
  const path = `${stateDir}/history.jsonl`;
  using file = await Deno.open(path, { append: true, create: true, mode: 0o640 });
  const bytes = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.syncData();
}

/** The last lines of the history, oldest first; a line that a crash tore is left out. */
export async function readHistory(
  stateDir: string,
  count: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(`${stateDir}/history.jsonl`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line)];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  }).slice(-count);
}

/** Why nothing is updated. */
export interface Freeze {
  /** The reason, in words. */
  readonly reason: string;
  /** Since when, where the updater wrote it. */
  readonly atMs: number | undefined;
  /** The version it is about, where the updater wrote it. */
  readonly version: string | undefined;
}

const freezeSchema = z.looseObject({
  reason: z.string(),
  at: z.string().optional(),
  version: z.string().optional(),
});

/**
 * Reads the brake. A person may have made it with `touch` or `echo`: whatever stands there, its
 * being there is what counts.
 */
export async function readFreeze(path: string): Promise<Freeze | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return parseFreeze(text);
}

/** What a brake's text says. */
export function parseFreeze(text: string): Freeze {
  try {
    const { reason, at, version } = freezeSchema.parse(JSON.parse(text));
    const atMs = Date.parse(at ?? "");
    return { reason, atMs: Number.isNaN(atMs) ? undefined : atMs, version };
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error;
    const reason = text.trim().slice(0, 500);
    return { reason: reason || "no reason was written", atMs: undefined, version: undefined };
  }
}

/** Puts the brake on. */
export async function writeFreeze(
  path: string,
  { reason, atMs, version }: Freeze,
): Promise<void> {
  const at = atMs === undefined ? {} : { at: new Date(atMs).toISOString() };
  const about = version === undefined ? {} : { version };
  // In place, since the program may write this one file of /etc: half of it is a brake as well.
  using file = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o644 });
  const text = `${JSON.stringify({ reason, ...at, ...about }, null, 2)}\n`;
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.sync();
}
