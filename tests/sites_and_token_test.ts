/**
 * `hearth token` and `hearth sites` as a person runs them, against a real snapshot server.
 *
 * @module
 */
import assert from "node:assert/strict";
import { freePort } from "./support/free_port.ts";
import { ROOT, startProgram } from "./support/program.ts";
import { accessText, hostsText, testDirectory } from "./support/snapshot_fixture.ts";

/** Runs `hearth` under its set, with a text as its standard input. */
async function hearth(
  args: readonly string[],
  { input = "", env = {} }: { input?: string; env?: Record<string, string> } = {},
) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--frozen", "-P=hearth", `${ROOT}hearth.ts`, ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A program that fails before it reads closes the pipe.
  await writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test("hearth token new makes a token that the server takes once its YAML is added", async () => {
  await using directory = await testDirectory();
  const made = await hearth(["token", "new", "--subject", "alice", "--sites", "example.com"]);
  assert.equal(made.code, 0, made.stderr);
  const token = made.stdout.split("\n")[0] ?? "";
  const yaml = /^subjects:\n(?: .*\n)+/m.exec(made.stdout)?.[0] ?? "";
  const ACCESS_FILE = await directory.put("access.yaml", yaml);
  const tokenFile = await directory.put("token", token);
  const SNAPSHOT_PATH = await directory.put(
    "s.json",
    hostsText({ "app.example.com": "s3cret", "example.org": "s3cret" }),
  );
  const port = freePort();
  await using server = startProgram("snapshot_server", {
    env: {
      SNAPSHOT_PATH,
      ACCESS_FILE,
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(freePort()),
    },
    flags: [`--allow-read=${directory.path}`, "--allow-net=127.0.0.1"],
  });
  await server.line(/listening/, 60_000);

  const url = `http://127.0.0.1:${port}/api/snapshot`;
  const table = await hearth(["sites", "--url", url, "--token-file", tokenFile]);
  const json = await hearth(["sites", "--json"], {
    env: { PLAYWRIGHT_SNAPSHOT_URL: url, PLAYWRIGHT_SNAPSHOT_TOKEN: tokenFile },
  });
  const check = await hearth(["token", "check", "--access-file", ACCESS_FILE], { input: token });
  const wrong = await hearth(["token", "check", "--access-file", ACCESS_FILE], { input: "x" });

  assert.equal(table.code, 0, table.stderr);
  assert.match(
    table.stdout,
    /^example\.com +session cookie +1 +0 .*will not survive a browser restart$/m,
  );
  assert.ok(!table.stdout.includes("example.org"));
  assert.deepEqual(JSON.parse(json.stdout).map(({ site }: { site: string }) => site), [
    "example.com",
  ]);
  assert.equal(check.code, 0, check.stderr);
  assert.match(check.stdout, /^subject +alice\nsites +example\.com\n/);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^hearth: The token is nobody's in /);
  for (const { stdout, stderr } of [table, json, check, wrong]) {
    assert.ok(!`${stdout}${stderr}`.includes(token) && !stdout.includes("s3cret"));
  }
  assert.ok(!server.lines.join("\n").includes(token));
});

Deno.test("hearth sites reads a data directory, and says what to do when there is no snapshot", async () => {
  await using directory = await testDirectory();
  const missing = await hearth(["sites", "--data", directory.path]);
  await Deno.mkdir(`${directory.path}/snapshots`);
  const path = `${directory.path}/snapshots/storage-state.json`;
  await Deno.writeTextFile(path, hostsText({ "example.org": "s3cret" }));

  const { code, stdout, stderr } = await hearth(["sites", "--data", directory.path]);

  assert.equal(missing.code, 1);
  assert.match(
    missing.stderr,
    /^hearth: Cannot read the snapshot .*: there is none yet: run "hear/,
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^example\.org /m);
});

Deno.test("hearth token and hearth sites exit 2 with one line when they are used wrongly", async () => {
  await using directory = await testDirectory();
  const invalid = await directory.put(
    "invalid.yaml",
    accessText({ alice: { tokens: ["a"], sites: ["com"] } }),
  );
  const token = await directory.put("token", "t");

  for (
    const [args, says] of [
      [["token"], /command is missing, must be one of new, check/],
      [
        ["token", "new", "--subject", "a b", "--sites", "com"],
        /subject must be .*; sites\.0 is "com"/,
      ],
      [["token", "new", "--subject", "a"], /[Rr]equired option "--sites/],
      [["token", "check", "s3cret"], /[Tt]oo many arguments/],
      [["token", "check", "--access-file", invalid], /it is empty/],
      [
        ["token", "check", "--token-file", token, "--access-file", invalid],
        /\(line 4, column 13\)/,
      ],
      [["sites", "--data", "/x", "--url", "http://127.0.0.1/"], /--data cannot be used with --url/],
      [
        ["sites", "--url", "https://chrome.example.com/api/snapshot", "--token-file", token],
        /allow it with "deno run -P=hearth --allow-net=chrome\.example\.com hearth\.ts sites"/,
      ],
    ] as const
  ) {
    const { code, stdout, stderr } = await hearth(args);

    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, says);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
});
