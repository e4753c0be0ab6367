/**
 * The pipeline as a person runs it: the demo, and `up` with what happens to it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { withDeadline } from "../core/deadline.ts";
import type { DemoResult } from "../local/demo.ts";
import { holdDefaultPorts } from "./support/default_ports.ts";
import { eventually } from "./support/eventually.ts";
import { runningProcesses } from "./support/processes.ts";
import { ROOT, startProgram, type TestProgram } from "./support/program.ts";

const UP_MS = 90_000;

function up(dir: string, args: readonly string[] = []): TestProgram {
  return startProgram("hearth", { args: ["up", "--data", dir, ...args] });
}

/** Command lines of the processes that have to do with a directory. */
function processesOf(dir: string): readonly string[] {
  return runningProcesses().map(({ command }) => command).filter((line) => line.includes(dir));
}

Deno.test("hearth demo shows a fresh agent session that is logged in", async () => {
  using _ports = await holdDefaultPorts();
  const program = startProgram("hearth", { args: ["demo", "--json"] });

  assert.equal(await program.exitCode, 0, program.lines.join("\n"));

  const result: DemoResult = JSON.parse(program.lines.at(-1) ?? "");
  assert.equal(result.seen, "Hello, Ada Lovelace");
  assert.deepEqual(result.timeline.map(({ what }) => what), [
    "login answered with Set-Cookie",
    "harvested",
    "served",
    "refreshed",
    "a new agent session is logged in",
  ]);
  // What the README shows of it, in any run's seconds.
  const readme = Deno.readTextFileSync(`${ROOT}README.md`);
  assert.ok(readme.includes(`The agent sees: ${result.seen}\n`));
  const shown = readme.slice(readme.indexOf("The agent sees:")).matchAll(
    /^ +\d\.\d\d s {2}(.*)$/gm,
  );
  assert.deepEqual([...shown].map(([, what]) => what), result.timeline.map(({ what }) => what));
});

Deno.test("hearth demo stops when it is interrupted", async () => {
  using _ports = await holdDefaultPorts();
  const program = startProgram("hearth", { args: ["demo"] });
  await program.line(/^A fresh agent session, before/, UP_MS);

  program.kill("SIGINT");

  assert.equal(await program.exitCode, 130, program.lines.join("\n"));
  assert.equal(program.lines.at(-1), "hearth: Interrupted");
});

Deno.test("hearth up", async (t) => {
  using _ports = await holdDefaultPorts();
  const dir = await Deno.makeTempDir({ prefix: "hearth-up-" });

  await t.step("names taken ports, shows what comes up, and how to wire agents", async (t) => {
    using _taken = Deno.listen({ hostname: "127.0.0.1", port: 9222 });
    using _health = Deno.listen({ hostname: "127.0.0.1", port: 9225 });
    const program = up(dir);
    await program.line(/^Ctrl-C stops everything/, UP_MS);

    const text = program.lines.join("\n");
    assert.match(text, /port 9222 \(bridge\) is taken, using 1\d+/);
    const parts = [
      "browser",
      "bridge",
      "snapshot_server",
      "harvester",
      "refresh",
      "playwright-mcp",
    ];
    for (const part of parts) assert.match(text, new RegExp(`✓ ${part} +after`));
    assert.match(
      text,
      /claude mcp add --scope user --transport http playwright http:\/\/localhost/,
    );
    const token = (await Deno.readTextFile(`${dir}/token`)).trim();
    assert.ok(!text.includes(token), "the token is not printed");
    for (const line of processesOf(dir)) {
      assert.ok(!line.includes(token), "the token is in no command line");
    }

    await t.step("tells its status on the ports it has taken instead, and its page", async () => {
      const shown = startProgram("hearth", {
        args: ["status", "--json", "--data", dir, "--config", `${dir}/no-box`],
      });
      assert.equal(await shown.exitCode, 0, shown.lines.join("\n"));
      const { parts } = JSON.parse(shown.lines.at(-1) ?? "");
      for (const { part, state, port } of parts) assert.equal(state, "ready", `${part} ${port}`);
      const url = /status page +(http:\S+)/.exec(text)?.[1] ?? "";
      const headers = { authorization: `Basic ${btoa(`me:${token}`)}` };
      const page = await (await fetch(url, { headers })).text();
      assert.match(page, /<h3>browser<\/h3>\s*<p class="mood">good/);
      assert.match(page, /<h3>harvest<\/h3>\s*<p class="mood">good/);
      assert.match(page, /href="http:\/\/127.0.0.1:\d+\/vnc.html/);
    });

    await t.step("refuses a second one on the same directory", async () => {
      const second = up(dir);
      assert.equal(await second.exitCode, 1);
      assert.match(second.lines.join("\n"), /another hearth is using it/);
    });

    await t.step("stops on Ctrl-C and leaves no process", async () => {
      program.kill("SIGINT");
      // Two seconds on an idle machine.
      const end = withDeadline(program.exitCode, 90_000, "Stopping");
      assert.equal(await end, 0, program.lines.slice(-20).join("\n"));
      assert.deepEqual(processesOf(dir), []);
    });
  });

  await t.step("leaves no process when it is killed, and starts again", async () => {
    const program = up(dir);
    await program.line(/^Ctrl-C stops everything/, UP_MS);

    program.kill("SIGKILL");
    await program.exitCode;

    await eventually("every process ending", () => processesOf(dir).length === 0);
    await using again = up(dir);
    await again.line(/^Ctrl-C stops everything/, UP_MS);
  });

  await t.step("stops what it has started when it is interrupted while starting", async () => {
    const program = up(dir);
    await program.line(/✓ browser/, UP_MS);

    program.kill("SIGTERM");

    assert.equal(await program.exitCode, 130);
    await eventually("every process ending", () => processesOf(dir).length === 0);
  });

  await Deno.remove(dir, { recursive: true });
});

Deno.test("hearth refuses what it cannot do, in one line", async (t) => {
  const cases: readonly [readonly string[], number, RegExp][] = [
    [["upp"], 2, /^hearth: Unknown command "upp", did you mean "up"\? \(see/],
    [[], 2, /^hearth: The command is missing, must be one of up, /],
    [["up", "--display", "--headless"], 2, /--display and --headless cannot be used together/],
    [["up", "--data"], 2, /^hearth: Option "--data <dir>" has no value, must have one/],
    [["up", "--data", "/dev/null/x"], 1, /^hearth: Cannot use the data directory "\/dev\/null\/x"/],
    [["demo", "now"], 2, /^hearth: Too many arguments/],
  ];
  for (const [args, code, message] of cases) {
    await t.step(["hearth", ...args].join(" "), async () => {
      const program = startProgram("hearth", { args });

      assert.equal(await program.exitCode, code, program.lines.join("\n"));

      assert.match(program.lines.at(-1) ?? "", message);
    });
  }
});
