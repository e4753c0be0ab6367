/**
 * Which Deno, Chromium and Node a machine has.
 *
 * @module
 */
import { asRoot } from "../command_line.ts";
import type { Calls, ProgramFact } from "../facts.ts";
import { runTool } from "./run_tool.ts";

/** Node of a dev box. */
const NODE_LINK = "/opt/hearth/node/current";
const BOX_NODE = `${NODE_LINK}/bin/node`;

const CHROMIUM = "/usr/bin/chromium";

/** Asks each for its version. */
export async function gatherPrograms(
  isDevBox: boolean,
  { provision, config }: Calls,
  uid: number,
): Promise<readonly ProgramFact[]> {
  const nodePath = isDevBox ? BOX_NODE : "node";
  const [chromium, node] = await Promise.all([
    printedVersion(CHROMIUM),
    printedVersion(nodePath),
  ]);
  return [
    {
      name: "Deno",
      version: Deno.version.deno,
      least: "2.9.6",
      fix: "npm install -g deno@2.9.6",
      path: Deno.execPath(),
    },
    {
      name: "Chromium",
      version: chromium,
      least: "140.0",
      // Whether it is missing or broken.
      fix: asRoot(uid, "apt-get install -y --reinstall chromium"),
      path: CHROMIUM,
    },
    {
      name: "Node",
      version: node,
      // On one person's machine it runs the MCP server alone; on a box t3, too.
      least: isDevBox ? "22.16.0" : "18.0.0",
      fix: asRoot(uid, isDevBox ? `${provision} host${config}` : "apt-get install -y nodejs"),
      path: isDevBox ? NODE_LINK : nodePath,
    },
  ];
}

async function printedVersion(command: string): Promise<string | undefined> {
  const { code, stdout } = await runTool(command, ["--version"]);
  return code === 0 ? stdout.trim() : undefined;
}
