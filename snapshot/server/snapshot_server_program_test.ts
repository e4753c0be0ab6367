/**
 * The program as it is started: arguments, environment, signals and its permission set.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../core/process.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { freePort } from "../../tests/support/free_port.ts";
import { ROOT, startProgram } from "../../tests/support/program.ts";
import { accessText, snapshotText, testDirectory } from "../../tests/support/snapshot_fixture.ts";

const NAME = "snapshot_server";

Deno.test("snapshot_server serves under its permission set and exits 0 when told to stop", async () => {
  await using directory = await testDirectory();
  const SNAPSHOT_PATH = await directory.put("s.json", snapshotText("one"));
  const PW_TOKEN_FILE = await directory.put("token", "s3cret\n");
  const [port, metricsPort] = [freePort(), freePort()];
  await using program = startProgram(NAME, {
    env: {
      SNAPSHOT_PATH,
      PW_TOKEN_FILE,
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
    },
    flags: [
      `--allow-read=${directory.path}`,
      `--allow-net=127.0.0.1:${port},127.0.0.1:${metricsPort}`,
    ],
  });
  await program.line(/listening/, 60_000);
  const headers = { authorization: "Bearer s3cret" };
  const first = await fetch(`http://127.0.0.1:${port}/api/snapshot`, { headers });
  assert.equal(await first.text(), snapshotText("one"));
  const held = fetch(`http://127.0.0.1:${port}/api/snapshot?wait=300`, {
    headers: { ...headers, "if-none-match": first.headers.get("etag") ?? "" },
  });
  // The answer to a later request on the same connection pool shows that the first was taken in.
  await (await fetch(`http://127.0.0.1:${port}/healthz`)).body?.cancel();

  program.kill("SIGTERM");

  assert.equal(await program.exitCode, 0);
  // Held: 304. Not taken in before the end: refused. Never a hang, never half an answer.
  const end = await held.then((response) => response.status, () => "refused");
  assert.ok(end === 304 || end === "refused", String(end));
  assert.ok(!program.lines.join("\n").includes("s3cret"));
});

Deno.test("snapshot_server reads its access file again on SIGHUP, and lives on with an invalid one", async () => {
  await using directory = await testDirectory();
  const SNAPSHOT_PATH = await directory.put("s.json", snapshotText("one"));
  const ACCESS_FILE = await directory.put("access.yaml", accessText({ alice: { tokens: ["a"] } }));
  const [port, metricsPort] = [freePort(), freePort()];
  await using program = startProgram(NAME, {
    env: {
      SNAPSHOT_PATH,
      ACCESS_FILE,
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
    },
    flags: [
      `--allow-read=${directory.path}`,
      `--allow-net=127.0.0.1:${port},127.0.0.1:${metricsPort}`,
    ],
  });
  await program.line(/listening/, 60_000);
  const statusFor = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`http://127.0.0.1:${port}/api/snapshot`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  assert.deepEqual([await statusFor("a"), await statusFor("b")], [200, 401]);

  await directory.put("access.yaml", accessText({ bob: { tokens: ["b"] } }));
  program.kill("SIGHUP");
  await program.line(/access file changed.*bob/, 60_000);
  assert.deepEqual([await statusFor("a"), await statusFor("b")], [401, 200]);
  await directory.put("access.yaml", "subjects: [");
  program.kill("SIGHUP");
  await program.line(/Cannot use access file .*line 1, column .*stay in force/, 60_000);
  assert.equal(await statusFor("b"), 200);
  program.kill("SIGTERM");

  assert.equal(await program.exitCode, 0);
});

const WRONG: readonly (readonly [what: string, env: Record<string, string>, says: RegExp])[] = [
  ["PORT is no number", { PORT: "http" }, /PORT is "http", must be a port number from 0 to 65535/],
  ["PORT is too large", { PORT: "65536" }, /PORT is "65536", must be a port number/],
  ["METRICS_PORT is empty", { METRICS_PORT: "" }, /METRICS_PORT is "", must be a port number/],
  ["HOST is empty", { HOST: "" }, /HOST is "", must not be empty/],
  ["SNAPSHOT_PATH is relative", { SNAPSHOT_PATH: "s.json" }, /SNAPSHOT_PATH is "s.json", must be/],
  ["PW_TOKEN_FILE is relative", { PW_TOKEN_FILE: "t" }, /PW_TOKEN_FILE must be an absolute path/],
  ["PW_TOKEN is empty", { PW_TOKEN: "" }, /PW_TOKEN must not be empty/],
  ["two are wrong", { PORT: "x", HOST: "" }, /HOST .*; PORT /],
  [
    "SNAPSHOT_PATH is out of bounds",
    { SNAPSHOT_PATH: "/etc/passwd", PW_TOKEN: "t" },
    /SNAPSHOT_PATH: the/,
  ],
  ["ACCESS_FILE is relative", { ACCESS_FILE: "a.yaml" }, /ACCESS_FILE is "a.yaml", must be an abs/],
  ["ACCESS_FILE is out of bounds", { ACCESS_FILE: "/etc/passwd" }, /ACCESS_FILE: the program's/],
  [
    "SNAPSHOT_MAX_AGE_SECONDS is no number",
    { SNAPSHOT_MAX_AGE_SECONDS: "1h" },
    /SNAPSHOT_MAX_AGE_SECONDS is "1h", must be a whole number/,
  ],
  ["PW_TOKEN_FILE is out of bounds", { PW_TOKEN_FILE: "/etc/passwd" }, /PW_TOKEN_FILE: the prog/],
];

for (const [what, env, says] of WRONG) {
  Deno.test(`snapshot_server exits 2 and says so when ${what}`, async () => {
    await using program = startProgram(NAME, { env });

    assert.equal(await program.exitCode, 2);
    assert.equal(program.lines.length, 1, program.lines.join("\n"));
    assert.match(program.lines[0] ?? "", says);
  });
}

Deno.test("snapshot_server exits 2 when an argument is unknown, and 0 with help", async () => {
  await using wrong = startProgram(NAME, { args: ["--port", "1"] });
  await using help = startProgram(NAME, { args: ["--help"] });

  assert.equal(await wrong.exitCode, 2);
  assert.match(wrong.lines.join("\n"), /Unknown option "--port" \(see "snapshot_server --help"\)/);
  assert.equal(await help.exitCode, 0);
  assert.match(help.lines.join("\n"), /PW_TOKEN_FILE[\s\S]*Exit codes/);
});

Deno.test("the permission set snapshot_server refuses writing, running and reading elsewhere", async () => {
  await using directory = await testDirectory();
  const script = await directory.put(
    "forbidden.ts",
    `const acts = {
      write: () => Deno.writeTextFileSync("/profile/snapshots/x", ""),
      readProfile: () => Deno.readTextFileSync("/profile/chromium-data/Default/Cookies"),
      run: () => new Deno.Command("/bin/true").outputSync(),
      listen: () => Deno.listen({ hostname: "0.0.0.0", port: 8090 }),
      connect: () => Deno.connect({ hostname: "127.0.0.1", port: 9222 }),
      sys: () => Deno.hostname(),
    };
    for (const [name, act] of Object.entries(acts)) {
      try { await act(); console.log(name, "allowed"); }
      catch (error) { console.log(name, error.name); }
    }
    console.log("HOME", Deno.env.get("HOME"));`,
  );

  const { stdout, stderr } = await runCommand(Deno.execPath(), [
    "run",
    "-q",
    "--no-prompt",
    `--config=${ROOT}deno.json`,
    `-P=${NAME}`,
    script,
  ]);

  assert.equal(
    stdout,
    "write NotCapable\nreadProfile NotCapable\nrun NotCapable\nlisten NotCapable\n" +
      "connect NotCapable\nsys NotCapable\nHOME undefined\n",
    stderr,
  );
});

Deno.test("snapshot_server follows a token and an access file that kubelet exchanges", async () => {
  await using directory = await testDirectory();
  const SNAPSHOT_PATH = await directory.put("s.json", snapshotText("one"));
  const secret = `${directory.path}/secret`;
  // A Secret is mounted as links into a directory, which is exchanged as a whole.
  async function mount(version: string, token: string, access: string): Promise<void> {
    await Deno.mkdir(`${secret}/..${version}`, { recursive: true });
    await Deno.writeTextFile(`${secret}/..${version}/api_bearer_token`, token);
    await Deno.writeTextFile(`${secret}/..${version}/access.yaml`, access);
    await Deno.symlink(`..${version}`, `${secret}/..data_tmp`);
    await Deno.rename(`${secret}/..data_tmp`, `${secret}/..data`);
  }
  await mount("one", "first", accessText({ alice: { tokens: ["a"] } }));
  for (const name of ["api_bearer_token", "access.yaml"]) {
    await Deno.symlink(`..data/${name}`, `${secret}/${name}`);
  }
  const [port, metricsPort] = [freePort(), freePort()];
  await using program = startProgram(NAME, {
    env: {
      SNAPSHOT_PATH,
      PW_TOKEN_FILE: `${secret}/api_bearer_token`,
      ACCESS_FILE: `${secret}/access.yaml`,
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
    },
    flags: [
      `--allow-read=${SNAPSHOT_PATH},${secret}`,
      `--allow-net=127.0.0.1:${port},127.0.0.1:${metricsPort}`,
    ],
  });
  await program.line(/listening/, 60_000);
  const statuses = async () =>
    await Promise.all(["first", "second", "a", "b"].map(async (token) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`http://127.0.0.1:${port}/api/snapshot`, { headers });
      await response.body?.cancel();
      return response.status;
    }));
  assert.deepEqual(await statuses(), [200, 401, 200, 401]);

  await mount("two", "second", accessText({ bob: { tokens: ["b"] } }));

  await eventually("the new ones", async () => (await statuses()).join() === "401,200,401,200");
});
