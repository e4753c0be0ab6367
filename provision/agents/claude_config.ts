/**
 * Claude Code: `~/.claude.json`, changed by `claude mcp add --scope user`.
 *
 * Seen with `@anthropic-ai/claude-code` 2.1.329: it writes `mcpServers.playwright` with `type` and
 * `url` beside keys of its own, keeps what it does not know and a link that stands there; a file
 * `~/.claude/.config.json` is used instead where there is one; an entry of that name is an error, so
 * that it is taken away first; a file that is no JSON is left as it is, with a copy below
 * `~/.claude/backups`. Source: https://code.claude.com/docs/en/mcp.
 *
 * @module
 */
import type { HostView } from "../host_view.ts";
import { type AgentConfig, ENTRY_NAME } from "./agent_config.ts";
import { type JsonDialect, jsonFileWith, parseJsonConfig } from "./json_config.ts";

const DIALECT: JsonDialect = {
  serversKey: "mcpServers",
  hasComments: false,
  hasTrailingCommas: false,
  entryOf: (url) => ({ type: "http", url }),
  urlOf: ({ type, url }) => type === "http" || type === "streamable-http" ? url : undefined,
};

/** Claude Code of Anthropic. */
export const CLAUDE: AgentConfig = {
  agent: "claude",
  files: (host, home) => [fileOf(host, home)],
  target: fileOf,
  parse: (text) => parseJsonConfig(text, DIALECT),
  fileWith: (url) => jsonFileWith(url, DIALECT),
  program: {
    name: "claude",
    add: (url) => ["mcp", "add", "--scope", "user", "--transport", "http", ENTRY_NAME, url],
    remove: ["mcp", "remove", "--scope", "user", ENTRY_NAME],
  },
};

function fileOf(host: HostView, home: string): string {
  const older = `${home}/.claude/.config.json`;
  return host.file(older).kind === "absent" ? `${home}/.claude.json` : older;
}
