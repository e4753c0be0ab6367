/**
 * How a person calls Deno on this machine.
 *
 * @module
 */

/**
 * The command before `task`. What npx fetched is in nobody's PATH: who came that way has no `deno`.
 *
 * @param execPath This Deno.
 * @param version Its version.
 */
export function denoCommand(
  execPath: string = Deno.execPath(),
  version: string = Deno.version.deno,
): string {
  return execPath.includes("/_npx/") ? `npx -y deno@${version}` : "deno";
}
