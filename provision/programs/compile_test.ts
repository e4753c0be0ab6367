/**
 * `deno task compile`, with the real Deno as far as a machine without a base binary lets it, and past
 * that point with a stand-in of Deno that builds shell scripts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "../../core/fault.ts";
import { type CommandResult, runCommand } from "../../core/process.ts";
import { readDenoConfig, rootPrograms } from "../../tests/gate/repository.ts";
import { ROOT } from "../../tests/support/program.ts";
import { type TestDirectory, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { compileArguments } from "./compile_arguments.ts";
import { BaseMissing, compileProgram } from "./compile_program.ts";
import { HOST_PROGRAMS, type HostProgram } from "./host_programs.ts";

const SNAPSHOT_URL = "https://chrome.example.com/api/snapshot";
const PROGRAM: HostProgram = { name: "t3-thing", script: "thing", args: ["run"] };

/** A program that answers as ours do. */
const OURS = `#!/bin/sh
echo "Unknown option '$1' (see \\"thing --help\\")" >&2
exit 2
`;

Deno.test("HOST_PROGRAMS name programs that are here, once each", () => {
  const { permissions } = readDenoConfig();

  assert.equal(new Set(HOST_PROGRAMS.map(({ name }) => name)).size, HOST_PROGRAMS.length);
  const programs = new Set(rootPrograms());
  for (const { name, script } of HOST_PROGRAMS) {
    assert.match(name, /^[a-z][a-z0-9-]+$/);
    assert.ok(programs.has(script) && permissions[script] !== undefined, script);
  }
});

Deno.test("compileArguments() bakes the permission set and the fixed arguments in", () => {
  const args = compileArguments(PROGRAM, { root: "/source/", output: "/out/t3-thing" });

  assert.deepEqual(args.slice(-4), [
    "-P=thing",
    "--output=/out/t3-thing",
    "/source/thing.ts",
    "run",
  ]);
  assert.ok(!args.some((arg) => /^(?:-A|--allow)/.test(arg)));
});

Deno.test("compileArguments() lets a refresh reach one server and homes alone", () => {
  const refresh = HOST_PROGRAMS.find(({ reach }) => reach === "snapshot");
  assert.ok(refresh !== undefined);
  const target = { root: "/source/", output: "/out/x" };

  const args = compileArguments(refresh, { ...target, snapshotUrl: SNAPSHOT_URL });

  assert.deepEqual(args.filter((arg) => arg.startsWith("--allow")), [
    "--allow-net=chrome.example.com:443",
    "--allow-read=/home,/run/credentials",
    "--allow-write=/home",
  ]);
  assert.throws(
    () => compileArguments(refresh, target),
    (error) => error instanceof Fault && error.code === "usage",
  );
});

Deno.test("compileProgram() puts a program in place when it was built and starts", async () => {
  await using out = await testDirectory();
  const deno = await putDeno(out, `cat >"$output" <<'END'\n${OURS}END\nchmod +x "$output"`);

  await compileProgram(PROGRAM, { root: "/source/", output: `${out.path}/t3-thing` }, { deno });

  assert.equal(await Deno.readTextFile(`${out.path}/t3-thing`), OURS);
  assert.deepEqual(namesIn(out), ["deno", "t3-thing"]);
});

Deno.test.each([
  ["starts a prompt", "#!/bin/sh\necho 'Deno 2.9.6'\n"],
  ["prints its help", "#!/bin/sh\necho 'Usage: true'\n"],
  ["knows the flag", "#!/bin/sh\nexit 0\n"],
  ["complains at length", "#!/bin/sh\necho a --no-such-flag --help >&2\necho b >&2\nexit 2\n"],
])("compileProgram() keeps what was there when what was built %s", async (_, built) => {
  await using out = await testDirectory();
  await out.put("t3-thing", "the one before");
  const deno = await putDeno(out, `cat >"$output" <<'END'\n${built}END\nchmod +x "$output"`);

  await assert.rejects(
    compileProgram(PROGRAM, { root: "/source/", output: `${out.path}/t3-thing` }, { deno }),
    /Cannot compile "t3-thing": what was built does not start the program/,
  );

  assert.equal(await Deno.readTextFile(`${out.path}/t3-thing`), "the one before");
  assert.deepEqual(namesIn(out), ["deno", "t3-thing"]);
});

Deno.test("compileProgram() says why when the base binary cannot be downloaded", async () => {
  await using out = await testDirectory();
  const { stdout } = await runCommand(Deno.execPath(), ["info", "--json"]);
  // The packages that are here, and no base of an earlier download.
  await Deno.mkdir(`${out.path}/deno_dir`);
  await Deno.symlink(`${JSON.parse(stdout).denoDir}/npm`, `${out.path}/deno_dir/npm`);
  const refresh: HostProgram = { name: "roster", script: "roster", args: [] };
  // Whatever this machine can reach: nobody listens there.
  const env = {
    DENO_DIR: `${out.path}/deno_dir`,
    HTTPS_PROXY: "http://127.0.0.1:1",
    NO_PROXY: "",
  };

  await assert.rejects(
    compileProgram(refresh, { root: ROOT, output: `${out.path}/roster` }, {
      deno: Deno.execPath(),
      env,
    }),
    (error) => {
      assert.ok(error instanceof BaseMissing, `${error}`);
      assert.match(error.message, /denort-\S+\.zip: \S+[^;]*; set DENORT_BIN .* wrappers/);
      return true;
    },
  );
  assert.deepEqual(namesIn(out), ["deno_dir"]);
});

Deno.test.each([
  ["a whole Deno", Deno.execPath(), 2, /it is a whole Deno, and what it builds starts a prompt/],
  ["nothing", "/nonexistent/denort", 2, /there is no such program, must be the denort/],
  ["another program", "/bin/true", 1, /failed \S+roster: Cannot compile "hearth-roster": /],
])("compile refuses %s as its base", async (_, base, wantedCode, why) => {
  await using out = await testDirectory();

  const { code, stdout, stderr } = await compile(out, ["hearth-roster"], { DENORT_BIN: base });

  assert.equal(code, wantedCode, stderr);
  assert.match(stdout + stderr, why);
  assert.deepEqual(namesIn(out), []);
});

Deno.test("compile says what is wrong before it builds anything", async () => {
  await using out = await testDirectory();

  const [unknown, unreachable] = [await compile(out, ["t3-mnt"]), await compile(out, [])];

  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /There is no program "t3-mnt", must be one of .*"t3-mint"/);
  assert.equal(unreachable.code, 2);
  assert.match(unreachable.stderr, /"playwright-snapshot-refresh": .* --snapshot-url must name it/);
});

function compile(
  out: TestDirectory,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const script = `${ROOT}provision/programs/compile.ts`;
  return runCommand(
    Deno.execPath(),
    ["run", "-q", "-A", "--cached-only", "--frozen", script, "--output", out.path, ...args],
    { env, deadlineMs: 120_000 },
  );
}

/** A stand-in of Deno; `$output` is what it is told to build. */
async function putDeno(out: TestDirectory, script: string): Promise<string> {
  const path = `${out.path}/deno`;
  const find = 'for arg in "$@"; do case $arg in --output=*) output=${arg#--output=} ;; esac; done';
  await Deno.writeTextFile(path, `#!/bin/sh\n${find}\n${script}\n`, { mode: 0o755 });
  return path;
}

function namesIn(out: TestDirectory): readonly string[] {
  return [...Deno.readDirSync(out.path)].map(({ name }) => name).sort();
}
