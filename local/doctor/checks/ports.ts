/**
 * Whether every user's MCP port is that user's.
 *
 * @module
 */
import type { ListenerFact, MachineFacts, UserFact } from "../facts.ts";
import type { Check, Finding } from "../finding.ts";

/** The check. */
export const PORTS: Check = {
  name: "ports",
  okText: "every MCP server has its port, and nobody else",
  judge(facts) {
    if (!facts.isDevBox) return { skipped: "on one person's machine a taken port is gone round" };
    if (facts.uid !== 0) return { skipped: "only root sees who holds a port" };
    return facts.users.flatMap((user) => judgeUser(user, facts));
  },
};

function judgeUser(
  { user, uid, mcpPort }: UserFact,
  { listeners, units }: MachineFacts,
): readonly Finding[] {
  if (mcpPort === undefined) {
    return [{
      text: `/etc/t3-serve/playwright-${user}.env has no PLAYWRIGHT_PORT`,
      fix: `hearth-provision apply --user ${user}`,
    }];
  }
  const unit = `playwright-mcp@${user}.service`;
  const stranger = listeners.find((each) => each.port === mcpPort && each.uid !== uid);
  if (stranger !== undefined) {
    return [{
      text: `Port ${mcpPort} is held by ${holder(stranger)}, must be free for ${unit}`,
      fix: `${stopping(stranger)} && systemctl restart ${unit}`,
    }];
  }
  const isActive = units?.find(({ name }) => name === unit)?.active === "active";
  if (!isActive || listeners.some(({ port }) => port === mcpPort)) return [];
  return [{
    text: `${unit} runs and nobody listens on port ${mcpPort}`,
    fix: `systemctl restart ${unit} && journalctl -u ${unit} -n 20`,
  }];
}

function holder({ command, pid, uid, unit }: ListenerFact): string {
  if (pid === undefined) return `a process of user ${uid} that cannot be seen`;
  return `"${command}" (pid ${pid}${unit === undefined ? "" : `, ${unit}`})`;
}

function stopping({ port, pid, unit }: ListenerFact): string {
  if (unit !== undefined && unit.endsWith(".service") && !unit.startsWith("user@")) {
    return `systemctl stop ${unit}`;
  }
  return pid === undefined ? `fuser -k ${port}/tcp` : `kill ${pid}`;
}
