/**
 * Whether the asking person's agents find the browser.
 *
 * @module
 */
import { choosePort } from "../../choose_port.ts";
import { DEFAULT_PORTS } from "../../parts.ts";
import { wirings } from "../../wiring.ts";
import { quoted } from "../command_line.ts";
import type { AgentFact, MachineFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import type { MachineCheck } from "../machine_check.ts";

/** The check. */
export const WIRING: MachineCheck = {
  name: "wiring",
  okText: "every agent that is configured calls an MCP server that listens",
  judge(facts) {
    // Whichever port was named to root would be a user's, with that user's logins.
    if (facts.isDevBox && facts.uid === 0) {
      return { skipped: "root has no browser; agents of the users are compared with the roster" };
    }
    if (facts.agents.length === 0) return { skipped: "no agent of yours has a configuration" };
    return facts.agents.flatMap((agent) => judgeAgent(agent, facts));
  },
};

function judgeAgent(fact: AgentFact, facts: MachineFacts): readonly Finding[] {
  const { agent, path, wired } = fact;
  const about = [path];
  if (wired === "unreadable") {
    return [{
      text: `"${path}" of ${agent} cannot be read as what it should be`,
      fix: `"\${EDITOR:-vi}" ${quoted(path)}`,
      does: "show",
      about,
    }];
  }
  if (wired === "nothing" || wired === "program") {
    return [{
      text: wired === "nothing"
        ? `${agent} has no MCP server "playwright" in "${path}"`
        : `"playwright" of ${agent} in "${path}" is a program of its own, must be an address`,
      ...mend(fact, facts),
      about,
    }];
  }
  const port = localPort(wired.url);
  if (port === undefined || facts.listeners.some((each) => each.port === port)) return [];
  return [{
    text: `${agent} calls ${wired.url}, and nobody listens on port ${port}`,
    ...ownPort(facts) === undefined
      ? {
        fix: facts.isDevBox
          ? "sudo systemctl restart playwright-mcp@$USER"
          : `${facts.call.task} up${facts.call.data}`,
      }
      : mend(fact, facts),
    about: [...about, `port ${port}`],
  }];
}

/** What makes an agent call the asking person's MCP server. */
function mend(
  { agent, path, wired }: AgentFact,
  facts: MachineFacts,
): Pick<Finding, "fix" | "does"> {
  const port = ownPort(facts);
  if (port === undefined && facts.isDevBox) {
    const { provision, config } = facts.call;
    // It leaves what a user has written, and says how the user changes it.
    const does = wired === "program" ? "show" : "mend";
    return { fix: `sudo ${provision} apply --user "$USER"${config}`, does };
  }
  const url = `http://localhost:${port ?? nextPort(facts)}/mcp`;
  const server = JSON.stringify({ url });
  switch (agent) {
    case "Cursor":
      return { fix: edited(path, `.mcpServers.playwright = ${server}`) };
    case "opencode":
      // jq reads no comments.
      return path.endsWith(".jsonc")
        ? { fix: `"\${EDITOR:-vi}" ${quoted(path)}  # ${wiringOf(agent, url)}`, does: "show" }
        : { fix: edited(path, `.mcp.playwright = ${server} + {"type":"remote","enabled":true}`) };
    default: {
      const how = wiringOf(agent, url);
      // It adds none of a name that is there; the others replace it.
      const isInTheWay = agent === "Claude Code" && wired !== "nothing";
      return { fix: isInTheWay ? `claude mcp remove --scope user playwright; ${how}` : how };
    }
  }
}

/** The port on which the asking person's MCP server listens. */
function ownPort({ pipelineMcpPort, listeners, uid }: MachineFacts): number | undefined {
  return pipelineMcpPort ??
    listeners.find((each) => each.uid === uid && each.unit?.startsWith("playwright-mcp@"))?.port;
}

/** The port that `hearth up` would take: not one on which somebody else's browser is. */
function nextPort({ listeners }: MachineFacts): number {
  return choosePort(
    DEFAULT_PORTS.mcp,
    new Set(),
    (port) => !listeners.some((each) => each.port === port),
  );
}

function wiringOf(agent: string, url: string): string {
  return wirings(url).find((each) => each.agent === agent)?.how ?? url;
}

/** Those agents have no command of their own for it. The new file may be read by whom the old one may. */
function edited(path: string, filter: string): string {
  const [file, next] = [quoted(path), quoted(`${path}.new`)];
  return `cp -p ${file} ${next} && jq ${quoted(filter)} ${file} >${next} && mv ${next} ${file}`;
}

/** The port of an address on this machine. */
function localPort(text: string): number | undefined {
  const url = URL.parse(text);
  if (url === null || !["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) return undefined;
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}
