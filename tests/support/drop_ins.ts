/**
 * The drop-ins that the documentation offers, as a reader copies them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ROOT } from "./program.ts";

/** A drop-in of the documentation. */
export interface DropIn {
  /** Where a reader puts it. */
  readonly path: string;
  /** What is in it. */
  readonly text: string;
  /** The exposure that the page says the unit then has. */
  readonly exposure: string;
}

const PAGE = `${ROOT}docs/how-to/loosen-a-unit.md`;

/** Every drop-in of the page, by its file's name. */
export function documentedDropIns(): ReadonlyMap<string, DropIn> {
  const found = new Map<string, DropIn>();
  for (const section of Deno.readTextFileSync(PAGE).split(/^## /m).slice(1)) {
    const [, path] = /`(\/etc\/systemd\/system\/\S+\.conf)`/.exec(section) ?? [];
    const [, text] = /```ini\n([^]*?)```/.exec(section) ?? [];
    const [, exposure] = /[Rr]ates (\d\.\d)/.exec(section) ?? [];
    assert.ok(path !== undefined && text !== undefined && exposure !== undefined, section);
    found.set(path.slice(path.lastIndexOf("/") + 1), { path, text, exposure });
  }
  return found;
}
