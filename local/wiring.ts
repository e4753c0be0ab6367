/**
 * The line that wires each coding agent to the MCP server.
 *
 * Commands and files as of Claude Code 2.1, Codex 0.169, Gemini CLI 0.61, Cursor and opencode 1;
 * each writes the agent's own user-scope configuration.
 *
 * @module
 */

/** How one agent is told of the server. */
export interface Wiring {
  /** The agent. */
  readonly agent: string;
  /** What to do: a command to run, or a file to edit. */
  readonly how: string;
}

/**
 * One entry per agent, commands first.
 *
 * @param url The MCP endpoint, such as `http://localhost:8931/mcp`.
 */
export function wirings(url: string): readonly Wiring[] {
  return [
    {
      agent: "Claude Code",
      how: `claude mcp add --scope user --transport http playwright ${url}`,
    },
    { agent: "Codex", how: `codex mcp add playwright --url ${url}` },
    { agent: "Gemini CLI", how: `gemini mcp add -s user -t http playwright ${url}` },
    {
      agent: "Cursor",
      how: `~/.cursor/mcp.json: ${JSON.stringify({ mcpServers: { playwright: { url } } })}`,
    },
    {
      agent: "opencode",
      how: `~/.config/opencode/opencode.json: ${
        JSON.stringify({ mcp: { playwright: { type: "remote", url, enabled: true } } })
      }`,
    },
  ];
}
