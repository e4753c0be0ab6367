/**
 * A coding agent's session: the MCP server as a dev box runs it, seeded from a snapshot's copy.
 *
 * @module
 */
import { startChild } from "../../core/process.ts";
import { type Agent, openAgent } from "../../local/agent.ts";
import { CHROMIUM } from "../support/chromium.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { ROOT } from "../support/program.ts";

/** Starts a server of its own for one session. */
export async function openSession(storageState: string): Promise<Agent & AsyncDisposable> {
  const port = freePort();
  const scratch = await Deno.makeTempDir({ prefix: "hearth-mcp-" });
  const server = startChild({
    command: "node",
    args: [
      `${ROOT}node_modules/@playwright/mcp/cli.js`,
      ...["--port", String(port), "--host", "localhost", "--headless", "--isolated"],
      ...["--storage-state", storageState, "--executable-path", CHROMIUM],
      ...["--output-dir", scratch, "--no-sandbox"],
    ],
    env: { TMPDIR: scratch },
    onLine() {},
  });
  const agent = await eventually(
    "an MCP session",
    () => openAgent(`http://localhost:${port}/mcp`),
    60_000,
  );
  return {
    ...agent,
    async [Symbol.asyncDispose]() {
      await agent.close();
      await server.stop(10_000);
      // A Chromium of its own may still be ending, and writing.
      await eventually("removing the scratch", async () => {
        await Deno.remove(scratch, { recursive: true });
        return true;
      });
    },
  };
}
