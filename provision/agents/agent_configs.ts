/**
 * Every agent that can be wired.
 *
 * @module
 */
import type { Agent } from "../../roster/roster_schema.ts";
import type { AgentConfig } from "./agent_config.ts";
import { CLAUDE } from "./claude_config.ts";
import { CODEX } from "./codex_config.ts";
import { CURSOR } from "./cursor_config.ts";
import { GEMINI } from "./gemini_config.ts";
import { OPENCODE } from "./opencode_config.ts";

/** The configuration of each agent. */
export const AGENT_CONFIGS: { readonly [A in Agent]: AgentConfig } = {
  claude: CLAUDE,
  codex: CODEX,
  gemini: GEMINI,
  cursor: CURSOR,
  opencode: OPENCODE,
};
