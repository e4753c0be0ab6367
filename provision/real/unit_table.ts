/**
 * Units of the system manager: what runs, by `systemctl`, and what starts with the machine, by the
 * links that `systemctl enable` makes.
 *
 * @module
 */
import { z } from "zod";
import { Fault } from "../../core/fault.ts";
import type { UnitFact } from "../host_view.ts";
import { readTool } from "./read_tool.ts";

const SYSTEMCTL = "/usr/bin/systemctl";
const LINKS = "/etc/systemd/system";

const STATES = ["active", "reloading", "inactive", "failed", "activating", "deactivating"] as const;

/** What a unit does now. `maintenance` and `refreshing` are of other kinds of unit. */
const ACTIVE = z.enum(STATES).catch("inactive");

const UNITS = z.array(z.object({ unit: z.string(), active: ACTIVE }));

/** Units as they were when they were last asked about. */
export interface UnitTable {
  /** A unit by its full name. */
  unit(name: string): UnitFact;
  /** Asks about a unit anew when it is next looked at. */
  forget(name: string): void;
}

/**
 * Asks the system manager about every unit at once.
 *
 * @throws {Fault} Where systemd does not run the machine.
 */
export function readUnits(): UnitTable {
  const listed = readTool(SYSTEMCTL, [
    "list-units",
    "--all",
    "--full",
    "--no-pager",
    "--type=service,timer,path,socket",
    "--output=json",
  ]);
  if (listed.trouble !== undefined) {
    throw new Fault(`Cannot read the units of the machine: ${listed.trouble}`);
  }
  const active = parseUnits(listed.stdout);
  let enabled = enabledUnits(LINKS);
  const forgotten = new Set<string>();
  return {
    unit: (name) => {
      if (forgotten.delete(name)) {
        const shown = readTool(SYSTEMCTL, ["show", "--property=ActiveState", "--value", name]);
        active.set(name, ACTIVE.parse(shown.stdout.trim()));
        enabled = enabledUnits(LINKS);
      }
      return { isEnabled: enabled.has(name), active: active.get(name) ?? "inactive" };
    },
    forget: (name) => void forgotten.add(name),
  };
}

/**
 * The state of each unit in what `systemctl list-units --output=json` printed.
 *
 * @throws {Fault} Where it is not that.
 */
export function parseUnits(json: string): Map<string, UnitFact["active"]> {
  try {
    return new Map(UNITS.parse(JSON.parse(json)).map(({ unit, active }) => [unit, active]));
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof z.ZodError)) throw cause;
    throw new Fault(
      `Cannot read the units of the machine: "${SYSTEMCTL} list-units" printed ` +
        `${json.length} characters that are no list of units, must be JSON (systemd 248 or later)`,
      { cause },
    );
  }
}

/**
 * Names of units that something wants or requires when the machine starts.
 *
 * @param directory Where the links are.
 */
export function enabledUnits(directory: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const entry of Deno.readDirSync(directory)) {
    if (!entry.isDirectory || !/\.(?:wants|requires)$/.test(entry.name)) continue;
    for (const link of Deno.readDirSync(`${directory}/${entry.name}`)) {
      if (link.isSymlink) names.add(link.name);
    }
  }
  return names;
}
