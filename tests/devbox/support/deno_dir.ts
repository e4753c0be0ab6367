/**
 * Where Deno keeps what it has downloaded.
 *
 * @module
 */
import { runCommand } from "../../../core/process.ts";

/** Asks Deno itself. */
export async function denoDir(): Promise<string> {
  const { stdout } = await runCommand(Deno.execPath(), ["info", "--json"]);
  return JSON.parse(stdout).denoDir;
}
