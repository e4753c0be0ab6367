/**
 * Cursor: `~/.cursor/mcp.json`, which its editor and its command line read. Neither adds to it, so
 * that the file is made where there is none, and told of where there is one. Not seen with Cursor
 * itself. Source: https://cursor.com/docs/mcp.
 *
 * @module
 */
import type { AgentConfig } from "./agent_config.ts";
import { type JsonDialect, jsonFileWith, parseJsonConfig } from "./json_config.ts";

const DIALECT: JsonDialect = {
  serversKey: "mcpServers",
  hasComments: true,
  hasTrailingCommas: true,
  entryOf: (url) => ({ url }),
  urlOf: ({ command, url }) => command === undefined ? url : undefined,
};

/** Cursor of Anysphere. */
export const CURSOR: AgentConfig = {
  agent: "cursor",
  files: (_host, home) => [`${home}/.cursor/mcp.json`],
  target: (_host, home) => `${home}/.cursor/mcp.json`,
  parse: (text) => parseJsonConfig(text, DIALECT),
  fileWith: (url) => jsonFileWith(url, DIALECT),
};
