/**
 * opencode: `~/.config/opencode/opencode.json` or `.jsonc`, changed by `opencode mcp add`.
 *
 * Seen with `opencode-ai` 1.18.33: it writes `mcp.playwright` with `type` and `url`, keeps comments
 * and a link that stands there, replaces an entry of that name, has no command that removes one, and
 * refuses a file that is blank or no JSONC. It changes `opencode.json` where there is one or an older
 * `config.json`, and makes `opencode.jsonc` otherwise; it reads all three, the last of `config.json`,
 * `opencode.json`, `opencode.jsonc` counting. Source: https://opencode.ai/docs/config.
 *
 * @module
 */
import { type AgentConfig, ENTRY_NAME } from "./agent_config.ts";
import { type JsonDialect, jsonFileWith, parseJsonConfig } from "./json_config.ts";

const DIALECT: JsonDialect = {
  serversKey: "mcp",
  hasComments: true,
  hasTrailingCommas: true,
  entryOf: (url) => ({ type: "remote", url }),
  urlOf: ({ type, url }) => type === "remote" ? url : undefined,
};

/** opencode. */
export const OPENCODE: AgentConfig = {
  agent: "opencode",
  files: (_host, home) => filesIn(`${home}/.config/opencode`),
  target(host, home) {
    const [commented = "", plain = "", older = ""] = filesIn(`${home}/.config/opencode`);
    const isThere = (path: string) => host.file(path).kind !== "absent";
    return isThere(plain) || (isThere(older) && !isThere(commented)) ? plain : commented;
  },
  parse(text) {
    if (text !== "" && text.trim() === "") {
      return { isValid: false, reason: "is blank, which opencode refuses" };
    }
    return parseJsonConfig(text, DIALECT);
  },
  fileWith: (url) => jsonFileWith(url, DIALECT),
  program: {
    name: "opencode",
    add: (url) => ["mcp", "add", ENTRY_NAME, "--url", url],
  },
};

function filesIn(directory: string): readonly string[] {
  return ["opencode.jsonc", "opencode.json", "config.json"].map((name) => `${directory}/${name}`);
}
