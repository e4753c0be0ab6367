/**
 * Our unit files, and what systemd says of them.
 *
 * They are checked as instances (`name@ada.service`) of copies, in which the programs that a host's
 * installation brings are replaced by `/bin/true`; nothing else of them is changed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type CommandResult, runCommand } from "../../core/process.ts";
import { parseUnitFile } from "../../systemd/unit_file.ts";
import { ROOT } from "./program.ts";

const ANALYZE = "/usr/bin/systemd-analyze";
/** Ten times the exposure that is allowed, as `--threshold=` wants it. */
const THRESHOLD = 20;
/** What is not on every machine that runs the tests. */
const INSTALLED = /^(ExecStart=)(?:\/usr\/local\/bin\/[\w-]+|\/opt\/(?:hearth|t3)\/\S+)/gm;

/** Every unit's text by its name, in order. */
export const UNITS: ReadonlyMap<string, string> = new Map(
  [...Deno.readDirSync(`${ROOT}systemd/system`)].map(({ name }) => name).sort()
    .map((name) => [name, Deno.readTextFileSync(`${ROOT}systemd/system/${name}`)]),
);

/** The names of units of one type, in order. */
export function unitsOf(type: "service" | "socket" | "timer"): readonly string[] {
  return [...UNITS.keys()].filter((name) => name.endsWith(`.${type}`));
}

/** A unit's text. */
export function unitText(name: string): string {
  const text = UNITS.get(name);
  assert.ok(text !== undefined, `no unit ${name}`);
  return text;
}

/** The values of a directive, in order. */
export function valuesOf(text: string, key: string): readonly string[] {
  return parseUnitFile(text).directives.filter(({ name }) => name === key)
    .map(({ value }) => value);
}

/** A text with one place of it replaced. */
export function replaceOnce(text: string, from: string, to: string): string {
  assert.equal(text.split(from).length, 2, `"${from}" must be there once`);
  return text.replace(from, () => to);
}

/** `systemd-analyze verify` of a unit among others. */
export async function verifyUnit(
  units: ReadonlyMap<string, string>,
  name: string,
): Promise<CommandResult> {
  return await withUnits(
    units,
    (folder) =>
      analyze("verify", "--recursive-errors=yes", "--man=no", `${folder}/${instance(name)}`),
  );
}

/** `systemd-analyze security` of a unit, with 1 as its exit code above the limit. */
export async function rateUnit(name: string, text: string): Promise<CommandResult> {
  return await withUnits(new Map([[name, text]]), (folder) =>
    analyze(
      "security",
      "--offline=true",
      `--threshold=${THRESHOLD}`,
      `${folder}/${instance(name)}`,
    ));
}

/** Runs `systemd-analyze`. */
export async function analyze(...args: readonly string[]): Promise<CommandResult> {
  return await runCommand(ANALYZE, args, {
    env: { LC_ALL: "C.UTF-8", SYSTEMD_COLORS: "0", SYSTEMD_PAGER: "", TZ: "UTC" },
  });
}

/** The instance of a template: `a@.service` -> `a@ada.service`. */
function instance(name: string): string {
  return name.replace("@.", "@ada.");
}

async function withUnits<T>(
  units: ReadonlyMap<string, string>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of units) {
      await Deno.writeTextFile(`${folder}/${name}`, text.replace(INSTALLED, "$1/bin/true"));
    }
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
