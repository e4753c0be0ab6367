/**
 * What the tests of generations share: a publication in a line, and a look at what lies on disk.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { FileEffects } from "../../core/atomic_file.ts";
import { systemClock } from "../../core/clock.ts";
import { digest } from "../../snapshot/generation_files.ts";
import {
  type Generations,
  openGenerations,
  type PublishOutcome,
} from "../../snapshot/generations.ts";
import { parseManifest } from "../../snapshot/manifest.ts";
import { parseStorageState } from "../../snapshot/storage_state.ts";

/** The browser of every publication. */
export const BROWSER = { product: "Chrome/156", id: "run-1" };
const FACTS = { browser: BROWSER, cookies: 1, origins: 0, keptSessionCookies: [] };

/** Publishes a snapshot whatever was there. */
export function publishText(
  generations: Generations,
  text: string,
  id = "run-1",
): Promise<PublishOutcome> {
  const bytes = new TextEncoder().encode(text);
  const facts = { ...FACTS, browser: { ...BROWSER, id } };
  return generations.publish(() => ({ kind: "publish", bytes, facts }));
}

/** Opens a directory that keeps two earlier generations. */
export function openForTest(dir: string, files?: FileEffects): Promise<Generations> {
  return openGenerations({ dir, keep: 2, clock: systemClock, ...(files && { files }) });
}

/** The numbers of its generations. */
export async function numbersOf(generations: Generations): Promise<readonly number[]> {
  return (await generations.list()).manifest.generations.map((entry) => entry.number);
}

/** What a directory holds, in order. */
export function namesIn(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map((entry) => entry.name).sort();
}

/** What a reader sees, which must be whole at any time. */
export function readerSees(dir: string): string | undefined {
  try {
    const text = Deno.readTextFileSync(`${dir}/storage-state.json`);
    parseStorageState(text);
    return text;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Asserts that nothing contradicts anything else. */
export async function assertConsistent(dir: string): Promise<void> {
  const manifest = parseManifest(await Deno.readTextFile(`${dir}/manifest.json`));
  assert.ok(manifest !== undefined);
  const files = manifest.generations.map((one) => `${String(one.number).padStart(10, "0")}.json`);
  assert.deepEqual(namesIn(`${dir}/generations`), files);
  for (const [at, { sha256, sizeBytes }] of manifest.generations.entries()) {
    const bytes = await Deno.readFile(`${dir}/generations/${files[at]}`);
    assert.deepEqual([digest(bytes), bytes.length], [sha256, sizeBytes]);
  }
  const current = await Deno.readFile(`${dir}/storage-state.json`);
  assert.equal(digest(current), manifest.generations.at(-1)?.sha256);
  assert.ok(namesIn(dir).every((name) => !name.endsWith(".tmp")), namesIn(dir).join());
}
