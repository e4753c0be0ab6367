/**
 * `hearth doctor` as a person runs it, under its permission set.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { DEFAULT_PORTS } from "../local/parts.ts";
import { writePorts } from "../local/ports_file.ts";
import { eventually } from "./support/eventually.ts";
import { processEnd } from "./support/process_end.ts";
import { ROOT, startProgram } from "./support/program.ts";
import { testDirectory } from "./support/snapshot_fixture.ts";

/** Runs it for a person whose home is a directory. */
function doctor(home: string, ...args: readonly string[]) {
  return runCommand(Deno.execPath(), [
    ...["run", "-q", "--no-prompt", "--frozen", "-P=hearth", `${ROOT}hearth.ts`, "doctor"],
    ...["--data", `${home}/data`, "--config", `${home}/no-box`, ...args],
  ], { env: { HOME: home, NO_COLOR: "1" }, deadlineMs: 120_000 });
}

Deno.test("hearth doctor finds a token that others may read, and its command mends it", async () => {
  await using home = await testDirectory();
  await Deno.mkdir(`${home.path}/data`, { mode: 0o700 });
  await Deno.writeTextFile(`${home.path}/data/token`, "s3cret\n");
  await Deno.chmod(`${home.path}/data/token`, 0o644);

  const sick = await doctor(home.path, "--json");

  assert.equal(sick.code, 1, sick.stderr);
  const report = JSON.parse(sick.stdout);
  assert.equal(report.is_well, false);
  const [found] = report.checks.find(({ check }: { check: string }) => check === "secrets")
    .findings;
  assert.match(found.text, /token" has mode 0644, must be 0600 or less$/);
  assert.equal((await runCommand("/bin/sh", ["-c", found.fix])).code, 0);

  const well = await doctor(home.path);

  assert.match(well.stdout, /^ok +secrets +tokens and copies are their owner's alone$/m);
  assert.ok(!`${sick.stdout}${well.stdout}`.includes("s3cret"));
});

Deno.test("hearth doctor says what it cannot judge when nothing of Hearth is there", async () => {
  await using home = await testDirectory();

  const { code, stdout, stderr } = await doctor(home.path);

  assert.equal(stderr, "");
  assert.match(stdout, /^skipped +ports, drift, units, updates +this is no dev box/m);
  for (const check of ["secrets", "snapshot", "clock"]) {
    assert.match(stdout, new RegExp(`^skipped +${check} `, "m"));
  }
  assert.match(stdout, /^(ok|WRONG) +programs /m);
  assert.equal(code, /^WRONG/m.test(stdout) ? 1 : 0);
  assert.ok(!stdout.includes("\x1b"));
});

Deno.test("hearth doctor finds agents that do not call the browser, each with its command", async () => {
  await using home = await testDirectory();
  await Deno.writeTextFile(`${home.path}/.claude.json`, "{}");
  await Deno.mkdir(`${home.path}/.cursor`);
  await Deno.writeTextFile(`${home.path}/.cursor/mcp.json`, '{"mcpServers":{"other":{}}}');

  const { stdout } = await doctor(home.path, "--json");

  const { checks } = JSON.parse(stdout);
  const { findings } = checks.find(({ check }: { check: string }) => check === "wiring");
  // Where somebody else has the usual port, it is another one.
  const [, url] = /(http:\/\/localhost:\d+\/mcp)$/.exec(findings[0].fix) ?? [];
  assert.deepEqual(findings.map(({ fix }: { fix: string }) => fix), [
    `claude mcp add --scope user --transport http playwright ${url}`,
    `cp -p ${home.path}/.cursor/mcp.json ${home.path}/.cursor/mcp.json.new && ` +
    `jq '.mcpServers.playwright = {"url":"${url}"}' ` +
    `${home.path}/.cursor/mcp.json >${home.path}/.cursor/mcp.json.new && ` +
    `mv ${home.path}/.cursor/mcp.json.new ${home.path}/.cursor/mcp.json`,
  ]);
});

Deno.test("hearth doctor wires agents to the pipeline of this person, on whichever ports it is", async () => {
  await using home = await testDirectory();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await Deno.mkdir(`${home.path}/data`, { mode: 0o700 });
  await writePorts(`${home.path}/data`, { ...DEFAULT_PORTS, mcp: port });
  const gone = { playwright: { url: "http://localhost:1/mcp" } };
  await Deno.writeTextFile(`${home.path}/.claude.json`, JSON.stringify({ mcpServers: gone }));

  const { stdout } = await doctor(home.path, "--json");

  const { checks } = JSON.parse(stdout);
  const [found] = checks.find(({ check }: { check: string }) => check === "wiring").findings;
  assert.equal(
    found.fix,
    "claude mcp remove --scope user playwright; claude mcp add --scope user --transport http " +
      `playwright http://localhost:${port}/mcp`,
  );
});

Deno.test("hearth doctor prints no report of what was interrupted", async () => {
  await using home = await testDirectory();
  await Deno.mkdir(`${home.path}/bin`);
  const node = '#!/bin/sh\necho $$ >"$HOME/pid"\nexec sleep 1000\n';
  await Deno.writeTextFile(`${home.path}/bin/node`, node, { mode: 0o755 });
  await using program = startProgram("hearth", {
    args: ["doctor", "--data", `${home.path}/data`, "--config", `${home.path}/no-box`],
    env: { HOME: home.path, PATH: `${home.path}/bin:${Deno.env.get("PATH")}` },
  });
  const pid = await eventually("node being asked", async () => {
    return Number(await Deno.readTextFile(`${home.path}/pid`)) || undefined;
  });

  // As a terminal does, which sends it to the whole group.
  await runCommand("/bin/sh", ["-c", `kill -INT -${program.pid}`]);

  assert.equal(await program.exitCode, 130);
  assert.deepEqual(program.lines, ["hearth: Interrupted"]);
  await processEnd(pid);
});

Deno.test({
  name: "hearth doctor leaves alone what is somebody else's when root has their home",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using home = await testDirectory();
    const paths = ["data", "data/token", ".config/playwright/token", ".claude.json"];
    for (const path of ["data", ".config/playwright"]) {
      await Deno.mkdir(`${home.path}/${path}`, { recursive: true, mode: 0o700 });
    }
    for (const path of paths.slice(1)) {
      await Deno.writeTextFile(`${home.path}/${path}`, "{}", { mode: 0o600 });
    }
    for (const path of ["", ...paths]) await Deno.chown(`${home.path}/${path}`, 65_534, 65_534);

    const { stdout } = await doctor(home.path);

    assert.match(stdout, /^ok +secrets /m);
    assert.match(stdout, /^skipped +wiring /m);
  },
});

Deno.test("hearth doctor exits 2 when a flag is unknown", async () => {
  await using home = await testDirectory();

  const { code, stderr } = await doctor(home.path, "--mend");

  assert.equal(code, 2);
  assert.match(stderr, /--mend/);
});
