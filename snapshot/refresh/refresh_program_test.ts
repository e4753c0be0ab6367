/**
 * The program as a timer starts it: exit codes, its one line, and its permission set.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { runCommand } from "../../core/process.ts";
import { freePort } from "../../tests/support/free_port.ts";
import { ROOT, type TestProgram } from "../../tests/support/program.ts";
import {
  snapshotText,
  type TestDirectory,
  testDirectory,
} from "../../tests/support/snapshot_fixture.ts";
import {
  homeWithToken,
  type RefreshRun as Run,
  startRefresh as start,
} from "../../tests/support/refresh_program.ts";
import { scriptServer, selfSignedCertificate } from "../../tests/support/scripted_server.ts";

Deno.test("refresh writes the copy, and sends its tag the next time, when the server has a snapshot", async () => {
  await using home = await homeWithToken();
  await using server = scriptServer((request) =>
    request.headers.has("if-none-match")
      ? new Response(null, { status: 304 })
      : new Response(snapshotText("one"))
  );

  await using first = start(home, server.url.href);
  assert.equal(await first.exitCode, 0, first.lines.join("\n"));
  await using second = start(home, server.url.href, { args: ["--once"] });
  assert.equal(await second.exitCode, 0, second.lines.join("\n"));

  assert.match(first.lines.join("\n"), /refreshed/);
  assert.match(second.lines.join("\n"), /nothing new/);
  assert.equal(await Deno.readTextFile(`${home.path}/state.json`), snapshotText("one"));
  assert.equal(((await Deno.stat(`${home.path}/state.json`)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("refresh takes the token of systemd's credentials directory when it is set", async () => {
  await using home = await testDirectory();
  await Deno.mkdir(`${home.path}/credentials`);
  await Deno.writeTextFile(`${home.path}/credentials/token`, "from-systemd");
  await using server = scriptServer(() => new Response(snapshotText("one")));

  await using program = start(home, server.url.href, {
    env: { CREDENTIALS_DIRECTORY: `${home.path}/credentials` },
  });
  assert.equal(await program.exitCode, 0, program.lines.join("\n"));

  assert.equal(server.requests[0]?.headers.get("authorization"), "Bearer from-systemd");
});

const json = (status: number, error: string) => () =>
  new Response(`{"error":"${error}"}\n`, { status });

const ANSWERS: readonly (readonly [number, RegExp, string, () => Response])[] = [
  [11, /401 \(invalid bearer\); the token was/, "refuses the token", json(401, "invalid bearer")],
  [12, /log in once/, "has nothing yet", json(404, "snapshot not yet available")],
  [13, /answered 500; look at/, "fails", () => new Response("oops", { status: 500 })],
  [13, /answered 302 and sends/, "redirects", () => Response.redirect("https://sso.example/", 302)],
  [16, /it is not whole JSON; look/, "sends half", () => new Response(snapshotText("x").slice(9))],
  [16, /it is empty/, "sends nothing", () => new Response("")],
  [16, /cookies: /, "sends another shape", () => new Response('{"cookies":1,"origins":[]}')],
  [
    16,
    /it is a web page, check that/,
    "sends a login page",
    () => new Response("<html>", { headers: { "content-type": "text/html" } }),
  ],
];

async function failsWith(program: TestProgram, home: TestDirectory, code: number, says: RegExp) {
  assert.equal(await program.exitCode, code, program.lines.join("\n"));
  assert.equal(program.lines.length, 1, program.lines.join("\n"));
  assert.match(program.lines[0] ?? "", says);
  assert.match(program.lines[0] ?? "", /^refresh: Cannot /);
  assert.ok(!program.lines[0]?.includes("s3cret"));
  assert.equal(await Deno.readTextFile(`${home.path}/state.json`), "old");
}

for (const [code, says, what, answer] of ANSWERS) {
  Deno.test(`refresh exits ${code} and keeps the old file when the server ${what}`, async () => {
    await using home = await homeWithToken();
    await home.put("state.json", "old");
    await using server = scriptServer(answer);

    await using program = start(home, server.url.href);

    await failsWith(program, home, code, says);
  });
}

Deno.test("refresh exits 14 when the certificate is self-signed, and 0 when its authority is named", async () => {
  await using home = await homeWithToken();
  await home.put("state.json", "old");
  const tls = await selfSignedCertificate(home.path);
  await using server = scriptServer(() => new Response(snapshotText("one")), { tls });

  await using refused = start(home, server.url.href);
  await failsWith(refused, home, 14, /Cannot trust .*; check its certificate/);
  assert.equal(server.requests.length, 0);

  await using trusted = start(home, server.url.href, { env: { DENO_CERT: tls.certPath } });
  assert.equal(await trusted.exitCode, 0, trusted.lines.join("\n"));
});

Deno.test("refresh exits 15 when nobody listens", async () => {
  await using home = await homeWithToken();
  await home.put("state.json", "old");

  await using program = start(home, `http://127.0.0.1:${freePort()}/api/snapshot`);

  await failsWith(program, home, 15, /Connection refused/);
});

Deno.test("refresh exits 10 when the token file is missing, empty or no token", async () => {
  await using home = await homeWithToken();
  await home.put("state.json", "old");
  await home.put("empty", "\n");
  await home.put("words", "two words");

  for (
    const [file, says] of [
      ["missing", /there is no such file; ask the admin/],
      ["empty", /it is empty; write/],
      ["words", /it must be one word/],
    ] as const
  ) {
    await using program = start(home, "http://127.0.0.1:9/", {
      env: { PLAYWRIGHT_SNAPSHOT_TOKEN: `~/${file}` },
    });
    await failsWith(program, home, 10, says);
  }
});

Deno.test("refresh exits 17 when the copy cannot be written", async () => {
  await using home = await homeWithToken();
  await home.put("state.json", "old");
  await using server = scriptServer(() => new Response(snapshotText("one")));

  await using program = start(home, server.url.href, {
    env: { PLAYWRIGHT_SNAPSHOT_PATH: "~/token/state.json" },
  });

  await failsWith(program, home, 17, /Cannot write ".*token\/state\.(init\.js|json)": .*untouched/);
});

Deno.test("refresh exits 2 when usage, environment or permissions are wrong", async () => {
  await using home = await homeWithToken();
  await home.put("state.json", "old");

  for (
    const [url, run, says] of [
      ["http://127.0.0.1:9/", { args: ["--once", "--follow"] }, /exclude each other/],
      ["http://127.0.0.1:9/", { args: ["--folow"] }, /[Uu]nknown option "--folow"/],
      ["http://127.0.0.1:9/", { args: ["now"] }, /[Tt]oo many arguments/],
      ["ftp://127.0.0.1/", {}, /PLAYWRIGHT_SNAPSHOT_URL must be/],
      ["https://192.0.2.1/", {}, /Requires net access to "192.0.2.1:443"/],
      ["http://127.0.0.1:9/", { env: { LOG_LEVEL: "loud" } }, /LOG_LEVEL is "loud"/],
    ] as const
  ) {
    await using program = start(home, url, run as Run);
    assert.equal(await program.exitCode, 2, program.lines.join("\n"));
    assert.equal(program.lines.length, 1, program.lines.join("\n"));
    assert.match(program.lines[0] ?? "", says);
  }
});

Deno.test("refresh warns when the token would cross a network in the clear", async () => {
  await using home = await homeWithToken();

  // Not allowed to go there: the warning comes before the first request.
  await using program = start(home, "http://192.0.2.1/api/snapshot");

  assert.equal(await program.exitCode, 2, program.lines.join("\n"));
  assert.match(program.lines[0] ?? "", /"level":"warn".*192\.0\.2\.1 over plain http/);
});

Deno.test("refresh --follow writes what comes and exits 0 when told to stop", async () => {
  await using home = await homeWithToken();
  await using server = scriptServer((_, count) =>
    count === 1 ? new Response(snapshotText("one")) : new Promise<Response>(() => {})
  );

  await using program = start(home, server.url.href, { args: ["--follow"] });
  await program.line(/refreshed/, 60_000);
  await eventually("a held request", () => server.requests.length === 2);
  program.kill("SIGTERM");

  assert.equal(await program.exitCode, 0, program.lines.join("\n"));
  assert.equal(server.requests[1]?.url.search, "?wait=50");
});

Deno.test("the permission set refresh refuses files, network and programs it was not given", async () => {
  await using home = await testDirectory();
  const script = await home.put(
    "forbidden.ts",
    `const acts = {
      read: () => Deno.readTextFileSync("/etc/shadow"),
      write: () => Deno.writeTextFileSync("/tmp/x", ""),
      connect: () => fetch("http://127.0.0.1:8088/"),
      run: () => new Deno.Command("/bin/true").outputSync(),
      sys: () => Deno.hostname(),
    };
    for (const [name, act] of Object.entries(acts)) {
      try { await act(); console.log(name, "allowed"); }
      catch (error) { console.log(name, error.name); }
    }
    console.log("PATH", Deno.env.get("PATH"), "HOME", Deno.env.get("HOME") !== undefined);`,
  );

  const { stdout, stderr } = await runCommand(Deno.execPath(), [
    ...["run", "-q", "--no-prompt", `--config=${ROOT}deno.json`, "-P=refresh", script],
  ]);

  assert.equal(
    stdout,
    "read NotCapable\nwrite NotCapable\nconnect NotCapable\nrun NotCapable\nsys NotCapable\n" +
      "PATH undefined HOME true\n",
    stderr,
  );
});
