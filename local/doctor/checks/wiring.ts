/**
 * Whether the asking person's agents find the browser.
 *
 * @module
 */
import { quoted } from "../command_line.ts";
import { wirings } from "../../wiring.ts";
import type { AgentFact, MachineFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import type { MachineCheck } from "../machine_check.ts";

/** Where `hearth up` has its MCP server, and a dev box the first of its users'. */
const FIRST_PORT = 8931;
/** As many as a dev box has users. */
const PORTS = 200;

/** The check. */
export const WIRING: MachineCheck = {
  name: "wiring",
  okText: "every agent that is configured calls an MCP server that listens",
  judge(facts) {
    if (facts.agents.length > 0) return facts.agents.flatMap((agent) => judgeAgent(agent, facts));
    return {
      skipped: facts.isDevBox && facts.uid === 0
        ? "root has no agent; those of the users are compared with the roster"
        : "no agent of yours has a configuration",
    };
  },
};

function judgeAgent(
  { agent, path, wired }: AgentFact,
  facts: MachineFacts,
): readonly Finding[] {
  const about = [path];
  if (wired === "unreadable") {
    return [{
      text: `"${path}" of ${agent} cannot be read as what it should be`,
      fix: `"\${EDITOR:-vi}" ${quoted(path)}`,
      does: "show",
      about,
    }];
  }
  if (wired === "nothing") {
    return [{
      text: `${agent} has no MCP server "playwright" in "${path}"`,
      fix: wiringOf(agent, path, `http://localhost:${ownPort(facts)}/mcp`),
      about,
    }];
  }
  const port = localPort(wired.url);
  if (port === undefined || facts.listeners.some((each) => each.port === port)) return [];
  return [{
    text: `${agent} calls ${wired.url}, and nobody listens on port ${port}`,
    fix: facts.isDevBox ? "sudo systemctl restart playwright-mcp@$USER" : `${facts.call.task} up`,
    about: [...about, `port ${port}`],
  }];
}

/** The port on which the asking person's MCP server listens, or would. */
function ownPort({ listeners, uid }: MachineFacts): number {
  const own = listeners.filter((each) => each.uid === uid).map(({ port }) => port)
    .filter((port) => port >= FIRST_PORT && port < FIRST_PORT + PORTS);
  return own.length === 0 ? FIRST_PORT : Math.min(...own);
}

function wiringOf(agent: string, path: string, url: string): string {
  const server = JSON.stringify({ url });
  switch (agent) {
    case "Cursor":
      return edited(path, `.mcpServers.playwright = ${server}`);
    case "opencode":
      return edited(path, `.mcp.playwright = ${server} + {"type":"remote","enabled":true}`);
    default:
      return wirings(url).find((each) => each.agent === agent)?.how ?? url;
  }
}

/** Those agents have no command of their own for it. */
function edited(path: string, filter: string): string {
  const [file, next] = [quoted(path), quoted(`${path}.new`)];
  return `jq ${quoted(filter)} ${file} >${next} && mv ${next} ${file}`;
}

/** The port of an address on this machine. */
function localPort(text: string): number | undefined {
  const url = URL.parse(text);
  if (url === null || !["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) return undefined;
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}
