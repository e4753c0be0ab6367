import assert from "node:assert/strict";
import fc from "fast-check";
import type { Item } from "../item.ts";
import type { Account } from "../../roster/derive.ts";
import { AGENTS } from "../../roster/roster_schema.ts";
import { AGENT_CONFIGS } from "./agent_configs.ts";
import { textDigest } from "./judge_wiring.ts";
import { ADA, ADA_UID, type Laid, type MemoryHome, memoryHome } from "./memory_home.ts";
import { wireStep } from "./wire_step.ts";

type Agent = keyof typeof AGENT_CONFIGS;

const PROGRAM: Laid = { text: "#!", mode: 0o755 };
const PROGRAMS = Object.fromEntries(
  ["claude", "codex", "gemini", "opencode"].map((name) => [`.local/bin/${name}`, PROGRAM]),
);
const MOVED: Account = { ...ADA, playwright_port: 8999 };
const OURS = "http://localhost:8931/mcp";

/** The file each agent is wired in where there is none yet. */
const FILES: { readonly [A in Agent]: string } = {
  claude: ".claude.json",
  codex: ".codex/config.toml",
  gemini: ".gemini/settings.json",
  cursor: ".cursor/mcp.json",
  opencode: ".config/opencode/opencode.jsonc",
};

/** An entry with an address, as a user may have written it. */
const ENTRY: { readonly [A in Agent]: (url: string) => string } = {
  claude: (url) => `{"mcpServers":{"playwright":{"type":"http","url":"${url}"}}}`,
  codex: (url) => `[mcp_servers.playwright]\nurl = "${url}"\n`,
  gemini: (url) => `{"mcpServers":{"playwright":{"httpUrl":"${url}"}}}`,
  cursor: (url) => `{"mcpServers":{"playwright":{"url":"${url}"}}}`,
  opencode: (url) => `{"mcp":{"playwright":{"type":"remote","url":"${url}","enabled":true}}}`,
};

function wire(home: MemoryHome, agent: Agent, account = ADA): Item {
  const said = home.run((context) => wireStep(context, account, AGENT_CONFIGS[agent]));
  const [item] = said;
  assert.equal(said.length, 1);
  assert.ok(item !== undefined);
  return item;
}

function warned(item: Item, summary: RegExp, fix?: RegExp): void {
  assert.equal(item.state, "problem", JSON.stringify(item));
  if (item.state !== "problem") return;
  assert.equal(item.severity, "warning");
  assert.match(item.summary, summary);
  if (fix !== undefined) assert.match(item.fix ?? "", fix);
}

function commandsOf(item: Item): readonly (readonly string[])[] {
  assert.ok(item.state === "change" && item.action.kind === "wire_agent", JSON.stringify(item));
  return item.action.commands;
}

for (const agent of AGENTS) {
  Deno.test(`wireStep() wires ${agent} once where nothing is there`, () => {
    const home = memoryHome(PROGRAMS);

    const first = wire(home, agent);

    assert.equal(first.state, "change");
    assert.equal(first.state === "change" && first.cause, "missing");
    assert.notEqual(home.text(FILES[agent]), undefined);
    assert.equal(wire(home, agent).state, "ok");
  });

  Deno.test(`wireStep() leaves ${agent} as it is when a person wired it right`, () => {
    const home = memoryHome({ ...PROGRAMS, [FILES[agent]]: ENTRY[agent](OURS) });

    assert.equal(wire(home, agent).state, "ok");
  });

  Deno.test(`wireStep() moves its own entry of ${agent} when the port moved`, () => {
    const home = memoryHome(PROGRAMS);
    wire(home, agent);

    const item = wire(home, agent, MOVED);

    assert.equal(item.state === "change" && item.cause, "intent");
    assert.deepEqual(item.state === "change" && item.diff, [
      "- playwright at localhost:8931",
      "+ playwright at localhost:8999",
    ]);
    assert.equal(wire(home, agent, MOVED).state, "ok");
  });

  Deno.test(`wireStep() leaves another's entry of ${agent} alone, and never shows its path`, () => {
    const text = ENTRY[agent]("http://elsewhere.example:1/mcp?token=hidden");
    const home = memoryHome({ ...PROGRAMS, [FILES[agent]]: text });

    const item = wire(home, agent);

    warned(item, /another server named "playwright" at elsewhere\.example:1/);
    assert.doesNotMatch(JSON.stringify(item), /hidden/);
    assert.equal(home.text(FILES[agent]), text);
  });

  Deno.test(`wireStep() touches no broken file of ${agent} and quotes nothing of it`, () => {
    const text = `{"key": "hidden", \n "mcp_servers" [`;
    const home = memoryHome({ ...PROGRAMS, [FILES[agent]]: text });

    const item = wire(home, agent);

    warned(item, new RegExp(`/home/ada/${FILES[agent]} is no (JSON|TOML) \\(line [12]\\)`));
    assert.doesNotMatch(JSON.stringify(item), /hidden/);
  });

  Deno.test(`wireStep() warns of what is no file of the user's in the place of ${agent}'s`, () => {
    const path = FILES[agent];
    const cases: [Laid, RegExp][] = [
      [{ directoryOf: 1001 }, /is a directory/],
      [["fifo"], /is no regular file/],
      [{ text: "", uid: 0 }, /belongs to number 0, must belong to ada/],
      [{ link: "/etc/shadow" }, /is a link to "\/etc\/shadow", which is no file in \/home\/ada/],
      [{ link: "nowhere\x1b[2J" }, /is a link to "nowhere\\u001b\[2J", which is no file/],
      [Uint8Array.of(0xff, 0xfe), /cannot be read/],
    ];
    for (const [laid, summary] of cases) {
      warned(wire(memoryHome({ ...PROGRAMS, [path]: laid }), agent), summary);
    }
  });

  Deno.test(`wireStep() warns of a directory of ${agent} that is not the user's`, () => {
    const path = FILES[agent];
    const [directory = ""] = path.split("/");
    if (directory === path) return;
    const home = memoryHome({ ...PROGRAMS, [directory]: { directoryOf: 0 } });

    warned(wire(home, agent), /belongs to number 0, must belong to ada/);
  });

  Deno.test(`wireStep() reads ${agent}'s file through a link and leaves what it leads to`, () => {
    const linked = { [FILES[agent]]: { link: "/home/ada/dotfiles/config" } };
    const right = memoryHome({ ...PROGRAMS, ...linked, "dotfiles/config": ENTRY[agent](OURS) });
    assert.equal(wire(right, agent).state, "ok");

    const outside = memoryHome({
      ...PROGRAMS,
      [FILES[agent]]: { link: "/srv/config" },
      "/srv/config": { text: ENTRY[agent](OURS), uid: ADA_UID },
    });
    warned(wire(outside, agent), /which is no file in \/home\/ada/);

    const own = agent === "codex" ? "a = 1\n" : "{}";
    const wrong = memoryHome({ ...PROGRAMS, ...linked, "dotfiles/config": own });
    warned(wire(wrong, agent), /is a link, and what it leads to is left/);
  });

  Deno.test(`wireStep() says something of ${agent} whatever its file holds`, () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"mcpServers":${json},"mcp":${json}}`),
      fc.json().map((json) => `{"mcpServers":{"playwright":${json}}}`),
      fc.json().map((json) => `mcp_servers = ${json}`),
      fc.constantFrom(`{"__proto__":{"playwright":1}}`, `{"mcpServers":{"__proto__":1}}`),
    );
    fc.assert(
      fc.property(text, (content) => {
        const home = memoryHome({ ...PROGRAMS, [FILES[agent]]: content });

        const first = wire(home, agent);

        if (first.state === "change") assert.equal(wire(home, agent).state, "ok");
        else assert.equal(home.text(FILES[agent]), content);
      }),
      { numRuns: 200 },
    );
  });
}

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

Deno.test("wireStep() puts back an entry of its own that was taken away", () => {
  const home = memoryHome(PROGRAMS);
  home.record("wiring#claude", textDigest(OURS));

  const item = wire(home, "claude");

  assert.equal(item.state === "change" && item.cause, "drift");
});

Deno.test("wireStep() keeps what is foreseen of a file out of what is printed", () => {
  const home = memoryHome({ ...PROGRAMS, ".claude.json": `{"primaryApiKey":"hidden"}` });

  const item = wire(home, "claude");

  assert.equal(item.state, "change");
  assert.doesNotMatch(JSON.stringify(item), /hidden/);
  assert.doesNotMatch(Deno.inspect(item, { depth: 9 }), /hidden/);
});
