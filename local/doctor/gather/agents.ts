/**
 * Where a person's agents find the browser, from each agent's own user-scope file.
 *
 * @module
 */
import { parse as parseJsonc, type ParseError } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import type { AgentFact } from "../facts.ts";
import { readText } from "./read_text.ts";

/** The name under which the browser is wired. */
const ENTRY = "playwright";

const SERVER = z.looseObject({ url: z.string().optional(), httpUrl: z.string().optional() });
const SERVERS = z.record(z.string(), z.unknown());

interface Dialect {
  readonly agent: string;
  /** Below the home; the first that is there. */
  readonly paths: readonly string[];
  /** The key of the servers. */
  readonly key: string;
}

const DIALECTS: readonly Dialect[] = [
  { agent: "Claude Code", paths: [".claude/.config.json", ".claude.json"], key: "mcpServers" },
  { agent: "Codex", paths: [".codex/config.toml"], key: "mcp_servers" },
  { agent: "Gemini CLI", paths: [".gemini/settings.json"], key: "mcpServers" },
  { agent: "Cursor", paths: [".cursor/mcp.json"], key: "mcpServers" },
  {
    agent: "opencode",
    paths: [".config/opencode/opencode.jsonc", ".config/opencode/opencode.json"],
    key: "mcp",
  },
];

/** Reads the files that are there. */
export async function gatherAgents(home: string): Promise<readonly AgentFact[]> {
  const found: AgentFact[] = [];
  for (const { agent, paths, key } of DIALECTS) {
    for (const each of paths) {
      const path = `${home}/${each}`;
      const text = await readText(path);
      if (text === undefined) continue;
      found.push({ agent, path, wired: wiredIn(text, key, path.endsWith(".toml")) });
      break;
    }
  }
  return found;
}

/** Where the entry of a configuration leads. */
export function wiredIn(text: string, key: string, isToml: boolean): AgentFact["wired"] {
  const config = isToml ? readToml(text) : readJsonc(text);
  if (config === undefined) return "unreadable";
  const servers = SERVERS.safeParse(SERVERS.safeParse(config).data?.[key]);
  if (servers.data === undefined || !Object.hasOwn(servers.data, ENTRY)) return "nothing";
  const entry = SERVER.safeParse(servers.data[ENTRY]);
  const url = entry.data?.url ?? entry.data?.httpUrl;
  return url === undefined ? "program" : { url };
}

function readJsonc(text: string): unknown {
  if (text.trim() === "") return {};
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true });
  return errors.length === 0 ? value : undefined;
}

function readToml(text: string): unknown {
  try {
    return parseToml(text);
  } catch {
    // Where in the file it is, its agent says better.
    return undefined;
  }
}
