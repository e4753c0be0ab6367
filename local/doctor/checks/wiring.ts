/**
 * Whether the asking person's agents find the browser.
 *
 * @module
 */
import { wirings } from "../../wiring.ts";
import type { AgentFact, ListenerFact } from "../facts.ts";
import type { Check, Finding } from "../finding.ts";

/** Where `hearth up` has its MCP server. */
const DEFAULT_PORT = 8931;

/** The check. */
export const WIRING: Check = {
  name: "wiring",
  okText: "every agent that is configured calls an MCP server that listens",
  judge: ({ agents, listeners }) =>
    agents.length === 0
      ? { skipped: "no agent of yours has a configuration" }
      : agents.flatMap((agent) => judgeAgent(agent, listeners)),
};

function judgeAgent(
  { agent, path, wired }: AgentFact,
  listeners: readonly ListenerFact[],
): readonly Finding[] {
  if (wired === "unreadable") {
    return [{ text: `"${path}" of ${agent} cannot be read`, fix: `edit ${path}` }];
  }
  if (wired === "nothing") {
    return [{
      text: `${agent} has no MCP server "playwright" in "${path}"`,
      fix: wiringOf(agent, `http://localhost:${DEFAULT_PORT}/mcp`),
    }];
  }
  const port = localPort(wired.url);
  if (port === undefined || listeners.some((each) => each.port === port)) return [];
  return [{
    text: `${agent} calls ${wired.url}, and nobody listens on port ${port}`,
    fix: `deno task up   # or wire ${agent} to another: ${wiringOf(agent, wired.url)}`,
  }];
}

function wiringOf(agent: string, url: string): string {
  return wirings(url).find((each) => each.agent === agent)?.how ?? url;
}

/** The port of an address on this machine. */
function localPort(text: string): number | undefined {
  const url = URL.parse(text);
  if (url === null || !["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) return undefined;
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}
