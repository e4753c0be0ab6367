/**
 * What is an agent's own: its program, its files, how its parser fails.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Item } from "../item.ts";
import { textDigest } from "./judge_wiring.ts";
import { type Laid, memoryHome } from "./memory_home.ts";
import { commandsOf, ENTRY, FILES, MOVED, OURS, PROGRAMS, warned, wire } from "./wire_fixture.ts";

Deno.test("wireStep() reads no file that is nested too deeply for its parser", () => {
  const deep = (count: number) => `{"a":${"[".repeat(count)}${"]".repeat(count)}}`;
  for (const agent of ["gemini", "opencode", "cursor"] as const) {
    for (const text of [deep(1_000), deep(100_000), "[".repeat(1_000_000)]) {
      const item = wire(memoryHome({ ...PROGRAMS, [FILES[agent]]: text }), agent);
      assert.ok(item.state === "problem" && /is nested too deeply; /.test(item.summary));
    }
  }
  // Brackets in a text are none.
  const flat = memoryHome({ ...PROGRAMS, [FILES.gemini]: `{"a":"${"[{".repeat(500)}"}` });
  assert.equal(wire(flat, "gemini").state, "change");
  // The parser that reads what has no comments has no such bound.
  assert.equal(
    wire(memoryHome({ ...PROGRAMS, [FILES.claude]: deep(100_000) }), "claude").state,
    "change",
  );
  const torn = memoryHome({ ...PROGRAMS, [FILES.claude]: "[".repeat(1_000_000) });
  warned(wire(torn, "claude"), /is nested too deeply; /);
  const toml = (count: number) =>
    memoryHome({ ...PROGRAMS, [FILES.codex]: `a = ${"[".repeat(count)}${"]".repeat(count)}` });
  assert.equal(wire(toml(900), "codex").state, "change");
  for (const count of [2_000, 100_000]) warned(wire(toml(count), "codex"), /is no TOML \(line 1\)/);
});

Deno.test("wireStep() runs Claude's own program with the scope of every directory", () => {
  const home = memoryHome(PROGRAMS);

  assert.deepEqual(commandsOf(wire(home, "claude")), [[
    "/home/ada/.local/bin/claude",
    ...["mcp", "add", "--scope", "user", "--transport", "http", "playwright", OURS],
  ]]);
  assert.deepEqual(commandsOf(wire(home, "claude", MOVED)).map(([, ...args]) => args), [
    ["mcp", "remove", "--scope", "user", "playwright"],
    [
      "mcp",
      "add",
      "--scope",
      "user",
      "--transport",
      "http",
      "playwright",
      "http://localhost:8999/mcp",
    ],
  ]);
});

Deno.test("wireStep() keeps an entry of ours that the user added something to", () => {
  const changed = ENTRY.claude(OURS).replace(`"type"`, `"headers":{"a":"b"},"type"`);
  for (const [text, isKept] of [[changed, true], [ENTRY.claude(OURS), false]] as const) {
    const home = memoryHome({ ...PROGRAMS, ".claude.json": text });
    home.record("wiring#claude", textDigest(OURS));
    assert.equal(wire(home, "claude").state, "ok");

    const item = wire(home, "claude", MOVED);

    if (!isKept) assert.equal(item.state, "change");
    else {
      warned(
        item,
        /which is left as it is; claude does not use http:\/\/localhost:8999\/mcp/,
        /^runuser -l ada -c 'claude mcp remove --scope user playwright; claude mcp add /,
      );
    }
  }
});

Deno.test("wireStep() skips an agent whose program is not there, or is a link to nowhere", () => {
  const skipped = (item: Item) => {
    assert.equal(item.state, "skipped");
    assert.match(item.state === "skipped" ? item.summary : "", /ada has no program "codex"/);
  };

  skipped(wire(memoryHome(), "codex"));
  skipped(wire(memoryHome({ ".local/bin/codex": { link: "../gone" } }), "codex"));
  skipped(wire(memoryHome({ ".local/bin/codex": { link: "codex" } }), "codex"));
  skipped(wire(memoryHome({ ".local/bin/codex": "not executable" }), "codex"));
});

Deno.test("wireStep() finds a program of the machine through its link", () => {
  const home = memoryHome({
    "/usr/local/bin/codex": { link: "../lib/node_modules/codex/bin/codex.js" },
    "/usr/local/lib/node_modules/codex/bin/codex.js": { text: "#!", mode: 0o755, uid: 0 },
  });

  assert.equal(commandsOf(wire(home, "codex"))[0]?.[0], "/usr/local/bin/codex");
});

Deno.test("wireStep() writes Cursor's file as the user, and adds to none that is populated", () => {
  const home = memoryHome();
  const item = wire(home, "cursor");
  assert.ok(item.state === "change" && item.action.kind === "write_file");
  assert.equal(item.action.as, "ada");
  assert.equal(
    home.text(".cursor/mcp.json"),
    `{
  "mcpServers": {
    "playwright": {
      "url": "http://localhost:8931/mcp"
    }
  }
}
`,
  );

  const populated = memoryHome({ ".cursor/mcp.json": `{"mcpServers":{"other":{}}}` });
  warned(
    wire(populated, "cursor"),
    /the user's own and is left as it is/,
    /^add to it: \{ "mcpServers": \{ "playwright": \{ "url": "http:\/\/localhost:8931\/mcp" \} \} \}$/,
  );
  assert.equal(wire(memoryHome({ ".cursor/mcp.json": " \n" }), "cursor").state, "change");
});

Deno.test("wireStep() uses the file that Claude itself uses", () => {
  const home = memoryHome({
    ...PROGRAMS,
    ".claude/.config.json": ENTRY.claude(OURS),
    ".claude.json": "not json",
  });

  assert.equal(wire(home, "claude").state, "ok");
});

Deno.test("wireStep() changes the file that opencode changes, and sees the one that counts", () => {
  const directory = ".config/opencode";
  const target = (laid: Record<string, Laid>) => {
    const item = wire(memoryHome({ ...PROGRAMS, ...laid }), "opencode");
    assert.ok(item.state === "change" && item.action.kind === "wire_agent");
    return item.action.foreseen.path.slice(item.action.foreseen.path.lastIndexOf("/") + 1);
  };

  assert.equal(target({ [`${directory}/opencode.json`]: "{}" }), "opencode.json");
  assert.equal(target({ [`${directory}/config.json`]: "{}" }), "opencode.json");
  const both = { [`${directory}/config.json`]: "{}", [`${directory}/opencode.jsonc`]: "{}" };
  assert.equal(target(both), "opencode.jsonc");
  assert.equal(target({ ...both, [`${directory}/opencode.json`]: "{}" }), "opencode.json");

  const counts = memoryHome({
    ...PROGRAMS,
    [`${directory}/opencode.jsonc`]: ENTRY.opencode(OURS),
    [`${directory}/opencode.json`]: ENTRY.opencode("http://localhost:1/mcp"),
  });
  assert.equal(wire(counts, "opencode").state, "ok");

  const shadowed = memoryHome({ ...PROGRAMS, [`${directory}/opencode.jsonc`]: "{}" });
  wire(shadowed, "opencode");
  shadowed.lay(`${directory}/opencode.json`, "{}");
  warned(wire(shadowed, "opencode", MOVED), /opencode\.jsonc has another server/);
});
