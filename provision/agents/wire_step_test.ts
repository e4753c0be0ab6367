/**
 * What is the same for every agent; what is each one's own is in `wire_each_test.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { AGENTS } from "../../roster/roster_schema.ts";
import { textDigest } from "./judge_wiring.ts";
import { ADA_UID, type Laid, memoryHome } from "./memory_home.ts";
import { ENTRY, FILES, MOVED, OURS, PROGRAMS, warned, wire } from "./wire_fixture.ts";

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
