/**
 * Node, for the MCP server.
 *
 * @module
 */
import type { EnvReader } from "../core/env.ts";
import { Fault } from "../core/fault.ts";

/**
 * Its absolute path: the first in PATH, where directories that may not be entered are passed over as
 * a shell passes them over.
 *
 * @throws {Fault} When there is none.
 */
export async function findNode(env: EnvReader): Promise<string> {
  for (const dir of (env.get("PATH") ?? "").split(":")) {
    const path = `${dir}/node`;
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch (error) {
      const isPassedOver = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory ||
        error instanceof Deno.errors.PermissionDenied;
      if (!isPassedOver) throw error;
    }
  }
  throw new Fault("Cannot run the MCP server: no node in PATH (apt-get install nodejs)");
}
