/**
 * The settings of a box: a person who runs the updater has those its units have.
 *
 * @module
 */
import type { EnvReader } from "../core/env.ts";
import { envValue } from "../core/env_file.ts";

/** What the units name as their `EnvironmentFile=`. */
const SETTINGS_FILE = "/etc/hearth/autoupdate.env";

/** Reads the file, where there is one; what the environment itself sets comes first. */
export async function readBoxSettings(env: EnvReader, path = SETTINGS_FILE): Promise<EnvReader> {
  const file = await readOrNothing(path);
  return { get: (name) => env.get(name) ?? envValue(file, name) };
}

async function readOrNothing(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    // Whoever may not read them may ask for help, and changes nothing.
    if (error instanceof Deno.errors.PermissionDenied) return new Uint8Array();
    throw error;
  }
}
