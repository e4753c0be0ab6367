/**
 * Which Deno, Chromium and Node a machine has.
 *
 * @module
 */
import type { ProgramFact } from "../facts.ts";
import { look } from "./read_text.ts";
import { runTool } from "./run_tool.ts";

/** Node of a dev box. */
const BOX_NODE = "/opt/hearth/node/current/bin/node";

/** Asks each for its version. */
export async function gatherPrograms(
  isDevBox: boolean,
  provision: string,
): Promise<readonly ProgramFact[]> {
  const isBoxNode = isDevBox && await look(BOX_NODE) !== undefined;
  const [chromium, node] = await Promise.all([
    printedVersion("/usr/bin/chromium"),
    printedVersion(isBoxNode ? BOX_NODE : "node"),
  ]);
  return [
    {
      name: "Deno",
      version: Deno.version.deno,
      least: "2.9.6",
      fix: "npm install -g deno@2.9.6",
    },
    {
      name: "Chromium",
      version: chromium,
      least: "140.0",
      fix: isDevBox ? `${provision} host` : "apt-get install -y chromium",
    },
    {
      name: "Node",
      version: node,
      // On one person's machine it runs the MCP server alone; on a box t3, too.
      least: isBoxNode ? "22.16.0" : "18.0.0",
      fix: isDevBox ? `${provision} host` : "apt-get install -y nodejs",
    },
  ];
}

async function printedVersion(command: string): Promise<string | undefined> {
  const { code, stdout } = await runTool(command, ["--version"]);
  return code === 0 ? stdout.trim() : undefined;
}
