/**
 * In a box: a coding agent that goes to a page and says what it sees there.
 *
 * `visit.ts MCP_URL PAGE_URL` prints the page's text; a fresh session each time.
 *
 * @module
 */
import { openAgent } from "../../../local/agent.ts";

const [mcp = "", page = ""] = Deno.args;
const agent = await openAgent(mcp);
await agent.call("browser_navigate", { url: page });
const text = await agent.call("browser_evaluate", { function: "() => document.body.innerText" });
await agent.close();
// The tool answers in Markdown: the value, as JSON, is the first line that is a JSON string.
const line = text.split("\n").find((line) => line.startsWith('"'));
if (line === undefined) throw new Error(`Cannot find the page's text in: ${text}`);
// deno-lint-ignore no-console -- printing is its purpose
console.log(JSON.parse(line));
