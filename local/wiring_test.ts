import assert from "node:assert/strict";
import { wirings } from "./wiring.ts";

Deno.test("wirings() names the same URL for every agent, as commands or valid JSON", () => {
  const url = "http://localhost:8931/mcp";

  const all = wirings(url);

  assert.deepEqual(all.map(({ agent }) => agent), [
    "Claude Code",
    "Codex",
    "Gemini CLI",
    "Cursor",
    "opencode",
  ]);
  for (const { how } of all) {
    assert.ok(how.includes(url));
    const json = /^~\S+: (.*)$/.exec(how)?.[1];
    if (json !== undefined) assert.equal(typeof JSON.parse(json), "object");
  }
});
