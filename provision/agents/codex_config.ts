/**
 * Codex: `~/.codex/config.toml`, changed by `codex mcp add`.
 *
 * Seen with `@openai/codex` 0.169.0: it writes `[mcp_servers.playwright]` with `url`, keeps comments,
 * order and a link that stands there, replaces an entry of that name, and refuses a file that is no
 * TOML. Source: https://developers.openai.com/codex/mcp.
 *
 * @module
 */
import { parse, stringify, TomlError } from "smol-toml";
import { type AgentConfig, ENTRY_NAME, type ParsedConfig } from "./agent_config.ts";
import { isMap, MAX_TYPED_LENGTH, mcpEntry } from "./json_config.ts";

const SERVERS = "mcp_servers";

/** Codex of OpenAI. */
export const CODEX: AgentConfig = {
  agent: "codex",
  files: (_host, home) => [`${home}/.codex/config.toml`],
  target: (_host, home) => `${home}/.codex/config.toml`,
  parse: parseCodex,
  fileWith: (url) => stringify({ [SERVERS]: { [ENTRY_NAME]: { url } } }),
  program: {
    name: "codex",
    add: (url) => ["mcp", "add", ENTRY_NAME, "--url", url],
  },
};

function parseCodex(text: string): ParsedConfig {
  if (text.length > MAX_TYPED_LENGTH) return { isValid: false, reason: "is too large" };
  let root: Record<string, unknown>;
  try {
    root = parse(text);
  } catch (error) {
    // Its message quotes the text, which may be secret.
    if (error instanceof TomlError) {
      return { isValid: false, reason: `is no TOML (line ${error.line})` };
    }
    if (error instanceof RangeError) return { isValid: false, reason: "is nested too deeply" };
    throw error;
  }
  const servers = Object.hasOwn(root, SERVERS) ? root[SERVERS] : {};
  if (!isMap(servers)) return { isValid: false, reason: `has "${SERVERS}" that is no table` };
  if (!Object.hasOwn(servers, ENTRY_NAME)) return { isValid: true, entry: undefined };
  return {
    isValid: true,
    entry: mcpEntry(servers[ENTRY_NAME], ({ command, url }) => command === undefined ? url : null),
  };
}
