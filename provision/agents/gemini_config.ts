/**
 * Gemini CLI: `~/.gemini/settings.json`, changed by `gemini mcp add --scope user`.
 *
 * Seen with `@google/gemini-cli` 0.61.0: it writes `mcpServers.playwright` with `url` and `type`,
 * keeps comments and a link that stands there, replaces an entry of that name, and refuses a file
 * that is empty or has a trailing comma. `httpUrl` is what it wrote before it had `type`. Source:
 * https://geminicli.com/docs/tools/mcp-server.
 *
 * @module
 */
import { type AgentConfig, ENTRY_NAME } from "./agent_config.ts";
import { type JsonDialect, jsonFileWith, parseJsonConfig } from "./json_config.ts";

const DIALECT: JsonDialect = {
  serversKey: "mcpServers",
  hasComments: true,
  hasTrailingCommas: false,
  entryOf: (url) => ({ url, type: "http" }),
  urlOf: ({ httpUrl, type, url }) => httpUrl ?? (type === "sse" ? undefined : url),
};

/** Gemini CLI of Google. */
export const GEMINI: AgentConfig = {
  agent: "gemini",
  files: (_host, home) => [`${home}/.gemini/settings.json`],
  target: (_host, home) => `${home}/.gemini/settings.json`,
  parse(text) {
    if (text.trim() === "") return { isValid: false, reason: "is empty, which gemini refuses" };
    return parseJsonConfig(text, DIALECT);
  },
  fileWith: (url) => jsonFileWith(url, DIALECT),
  program: {
    name: "gemini",
    add: (url) => ["mcp", "add", "--scope", "user", "--transport", "http", ENTRY_NAME, url],
  },
};
