/**
 * What tests of the wiring share: a home with every agent's program, their files and what stands in
 * them.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Account } from "../../roster/derive.ts";
import type { Item } from "../item.ts";
import { AGENT_CONFIGS } from "./agent_configs.ts";
import { ADA, type Laid, type MemoryHome } from "./memory_home.ts";
import { wireStep } from "./wire_step.ts";

/** An agent. */
export type Agent = keyof typeof AGENT_CONFIGS;

const PROGRAM: Laid = { text: "#!", mode: 0o755 };
/** The program of each agent that has one, in the home. */
export const PROGRAMS: Readonly<Record<string, Laid>> = Object.fromEntries(
  ["claude", "codex", "gemini", "opencode"].map((name) => [`.local/bin/${name}`, PROGRAM]),
);
/** The user, with another port. */
export const MOVED: Account = { ...ADA, playwright_port: 8999 };
/** The address of the user's own server. */
export const OURS = "http://localhost:8931/mcp";

/** The file each agent is wired in where there is none yet. */
export const FILES: { readonly [A in Agent]: string } = {
  claude: ".claude.json",
  codex: ".codex/config.toml",
  gemini: ".gemini/settings.json",
  cursor: ".cursor/mcp.json",
  opencode: ".config/opencode/opencode.jsonc",
};

/** An entry with an address, as a user may have written it. */
export const ENTRY: { readonly [A in Agent]: (url: string) => string } = {
  claude: (url) => `{"mcpServers":{"playwright":{"type":"http","url":"${url}"}}}`,
  codex: (url) => `[mcp_servers.playwright]\nurl = "${url}"\n`,
  gemini: (url) => `{"mcpServers":{"playwright":{"httpUrl":"${url}"}}}`,
  cursor: (url) => `{"mcpServers":{"playwright":{"url":"${url}"}}}`,
  opencode: (url) => `{"mcp":{"playwright":{"type":"remote","url":"${url}","enabled":true}}}`,
};

/** Plans and does the wiring of one agent. */
export function wire(home: MemoryHome, agent: Agent, account = ADA): Item {
  const said = home.run((context) => wireStep(context, account, AGENT_CONFIGS[agent]));
  const [item] = said;
  assert.equal(said.length, 1);
  assert.ok(item !== undefined);
  return item;
}

/** Asserts that an item is a warning. */
export function warned(item: Item, summary: RegExp, fix?: RegExp): void {
  assert.equal(item.state, "problem", JSON.stringify(item));
  if (item.state !== "problem") return;
  assert.equal(item.severity, "warning");
  assert.match(item.summary, summary);
  if (fix !== undefined) assert.match(item.fix ?? "", fix);
}

/** What an item would run. */
export function commandsOf(item: Item): readonly (readonly string[])[] {
  assert.ok(item.state === "change" && item.action.kind === "wire_agent", JSON.stringify(item));
  return item.action.commands;
}
