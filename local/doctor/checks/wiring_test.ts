import assert from "node:assert/strict";
import type { AgentFact, MachineFacts } from "../facts.ts";
import { HEALTHY } from "../healthy_facts.ts";
import { WIRING } from "./wiring.ts";

const agent = (name: string, wired: AgentFact["wired"]): AgentFact => ({
  ...{ agent: name, path: "/f", wired },
});
/** One person's machine instead of the box; another's browser has the usual port. */
const person = (part: Partial<MachineFacts>): Partial<MachineFacts> => ({
  ...{ isDevBox: false, uid: 1001 },
  ...part,
});

const FAULTS: readonly (readonly [what: string, Partial<MachineFacts>, RegExp])[] = [
  [
    "an agent is not wired",
    person({ listeners: [], agents: [agent("Codex", "nothing")] }),
    /^Codex has no MCP server.* => mend: codex mcp add playwright --url http:\/\/localhost:8931\/mcp$/,
  ],
  [
    "an agent is not wired, and the usual port is somebody else's",
    person({ agents: [agent("Codex", "nothing")] }),
    /^Codex has no MCP server.* --url http:\/\/localhost:18931\/mcp$/,
  ],
  [
    "an agent is not wired to a pipeline on other ports",
    person({ pipelineMcpPort: 18_931, agents: [agent("Cursor", "nothing")] }),
    /^Cursor has .* => mend: cp -p \/f \/f\.new && jq '.*http:\/\/localhost:18931\/mcp.*' \/f >\/f\.new && mv/,
  ],
  [
    "an agent has a browser of its own",
    person({ pipelineMcpPort: 8931, agents: [agent("Claude Code", "program")] }),
    /^"playwright" of Claude Code in "\/f" is a program.* => mend: claude mcp remove .*; claude mcp add .*:8931\/mcp$/,
  ],
  [
    "an agent calls nobody",
    person({ agents: [agent("Codex", { url: "http://localhost:1/mcp" })] }),
    /^Codex calls http:\/\/localhost:1\/mcp, and nobody listens on port 1 => mend: deno task .* up$/,
  ],
  [
    "an agent calls the port of an earlier pipeline",
    person({
      pipelineMcpPort: 8931,
      agents: [agent("Claude Code", { url: "http://localhost:1/mcp" })],
    }),
    /^Claude Code calls .* => mend: claude mcp remove .*; claude mcp add .*:8931\/mcp$/,
  ],
  [
    "an agent of a box's user is not wired, and the MCP server is not seen",
    { uid: 1000, listeners: [], agents: [agent("Codex", "nothing")] },
    /^Codex has no MCP server.* => mend: sudo hearth-provision apply --user "\$USER"$/,
  ],
  [
    "an agent of a box's user is not wired",
    { uid: 1000, agents: [agent("Codex", "nothing")] },
    /^Codex has no MCP server.* => mend: codex mcp add playwright --url .*:8931\/mcp$/,
  ],
  [
    "an agent's file may have comments",
    person({ agents: [{ agent: "opencode", path: "/f.jsonc", wired: "nothing" }] }),
    /^opencode has no MCP server.* => show: "\$\{EDITOR:-vi\}" \/f\.jsonc {2}# .*"type":"remote"/,
  ],
  [
    "an agent of a box's user has a browser of its own, and the MCP server is not seen",
    { uid: 1000, listeners: [], agents: [agent("Codex", "program")] },
    /^"playwright" of Codex .* => show: sudo hearth-provision apply --user "\$USER"$/,
  ],
  [
    "an agent's file is broken",
    person({ agents: [agent("Codex", "unreadable")] }),
    /^"\/f" of Codex cannot be read/,
  ],
];
for (const [what, fault, wanted] of FAULTS) {
  Deno.test(`WIRING finds one thing when ${what}`, () => {
    const verdict = WIRING.judge({ ...HEALTHY, ...fault });

    assert.ok(!("skipped" in verdict));
    const found = verdict.map(({ text, fix, does = "mend" }) => `${text} => ${does}: ${fix}`);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", wanted);
  });
}

Deno.test("WIRING finds nothing when an agent calls another machine", () => {
  const agents = [agent("Codex", { url: "https://mcp.example.com/mcp" })];

  assert.deepEqual(WIRING.judge({ ...HEALTHY, ...person({ agents }) }), []);
});

Deno.test("WIRING names no browser to root of a box: each is a user's", () => {
  assert.ok("skipped" in WIRING.judge({ ...HEALTHY, agents: [agent("Codex", "nothing")] }));
});
