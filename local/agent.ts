/**
 * A coding agent's view of the browser, for the demo: one MCP session of its own.
 *
 * @module
 */
// @ts-types="@modelcontextprotocol/sdk/client"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Fault } from "../core/fault.ts";

/** A session with the MCP server. */
export interface Agent {
  /**
   * Calls a tool.
   *
   * @returns The text of its answer.
   * @throws {Fault} When the tool reports an error.
   */
  call(tool: string, args?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Ends the session. */
  close(): Promise<void>;
}

/** Opens a session. */
export async function openAgent(url: string): Promise<Agent> {
  const client = new Client({ name: "hearth", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    async call(tool, args = {}) {
      const result = await client.callTool({ name: tool, arguments: args });
      const content = result.content as { type: string; text?: string }[];
      const text = content.map((part) => part.text ?? "").join("\n");
      if (result.isError) throw new Fault(`The agent's ${tool} failed: ${text.slice(0, 500)}`);
      return text;
    },
    async close() {
      await transport.terminateSession();
      await client.close();
    },
  };
}
