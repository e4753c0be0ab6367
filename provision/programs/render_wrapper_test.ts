/**
 * Every wrapper is run: over an application of one probing program, and over Hearth's own `refresh`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "../../core/fault.ts";
import { type CommandResult, runCommand } from "../../core/process.ts";
import { ROOT } from "../../tests/support/program.ts";
import { scriptServer } from "../../tests/support/scripted_server.ts";
import { snapshotText } from "../../tests/support/snapshot_fixture.ts";
import { HOST_PROGRAMS, type HostProgram } from "./host_programs.ts";
import { renderWrapper, type WrapperOptions } from "./render_wrapper.ts";

const REFRESH = program("playwright-snapshot-refresh");
const URL_HERE = "https://chrome.example.com/api/snapshot";
const PROBE: HostProgram = { name: "probe", script: "probe", args: ["run it", "--now"] };

Deno.test.each(HOST_PROGRAMS.map(({ name }) => [name] as const))(
  "renderWrapper() writes a script that dash and bash can read when the program is %s",
  async (name) => {
    await using host = await testHost();
    const path = await host.install(program(name), { snapshotUrl: `${URL_HERE}?a='$(id)'` });

    for (const shell of ["/bin/dash", "/bin/bash"]) {
      assert.deepEqual(await runCommand(shell, ["-n", path]), { code: 0, stdout: "", stderr: "" });
    }
  },
);

Deno.test("renderWrapper() puts the fixed arguments first when it is called with others", async () => {
  await using host = await testHost();
  await host.putProbe();
  const path = await host.install(PROBE);

  const { code, stdout, stderr } = await host.run(path, ["--json", "a b", "", "'$HOME'"]);

  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout).args, ["run it", "--now", "--json", "a b", "", "'$HOME'"]);
});

Deno.test("renderWrapper() runs the program under its own set when it runs", async () => {
  await using host = await testHost();
  await host.putProbe();
  const path = await host.install(PROBE);

  const { stdout } = await host.run(path, []);

  assert.deepEqual(JSON.parse(stdout).states, {
    "read /etc/hostname": "granted",
    "read /etc/passwd": "prompt",
    "write /etc/hostname": "prompt",
    net: "prompt",
    run: "prompt",
  });
});

Deno.test("renderWrapper() keeps to one release when another is installed meanwhile", async () => {
  await using host = await testHost();
  await host.putProbe();
  const path = await host.install(PROBE);
  await Deno.rename(host.app, `${host.app}-one`);
  await Deno.symlink(`${host.app}-one`, host.app);

  const { stdout } = await host.run(path, []);

  assert.match(JSON.parse(stdout).module, /-one\/probe\.ts$/);
});

Deno.test("renderWrapper() gives a refresh its copy, its token and one server when it refreshes", async () => {
  await using host = await testHost();
  await host.linkSources();
  await host.putToken(".config/playwright/token", "from-home");
  await using server = scriptServer(() => new Response(snapshotText("one")));
  const path = await host.install(REFRESH, { snapshotUrl: server.url.href });

  const { code, stderr } = await host.run(path, []);

  assert.equal(code, 0, stderr);
  assert.equal(server.requests[0]?.headers.get("authorization"), "Bearer from-home");
  const copy = `${host.home}/.cache/playwright-shared-storage-state.json`;
  assert.equal(await Deno.readTextFile(copy), snapshotText("one"));
});

Deno.test("renderWrapper() gives a refresh what systemd and the environment name when they do", async () => {
  await using host = await testHost();
  await host.linkSources();
  await host.putToken("credentials/token", "from-systemd");
  await using server = scriptServer(() => new Response(snapshotText("two")));
  const path = await host.install(REFRESH, { snapshotUrl: server.url.href });

  const { code, stderr } = await host.run(path, [], {
    CREDENTIALS_DIRECTORY: `${host.home}/credentials`,
    PLAYWRIGHT_SNAPSHOT_PATH: "~/else where/state.json",
    PLAYWRIGHT_SNAPSHOT_URL: `${server.url.href}?mine`,
  });

  assert.equal(code, 0, stderr);
  assert.equal(server.requests[0]?.headers.get("authorization"), "Bearer from-systemd");
  assert.equal(server.requests[0]?.url.search, "?mine");
  assert.equal(await Deno.readTextFile(`${host.home}/else where/state.json`), snapshotText("two"));
});

Deno.test("renderWrapper() lets a refresh reach no other server when its variable names one", async () => {
  await using host = await testHost();
  await host.linkSources();
  await host.putToken(".config/playwright/token", "secret");
  await using other = scriptServer(() => new Response(snapshotText("one")));
  const path = await host.install(REFRESH, { snapshotUrl: "http://127.0.0.1:1/api/snapshot" });

  const { code, stderr } = await host.run(path, [], { PLAYWRIGHT_SNAPSHOT_URL: other.url.href });

  assert.equal(code, 2, stderr);
  assert.match(stderr, /net access to "127\.0\.0\.1:\d+"/);
  assert.equal(other.requests.length, 0);
});

Deno.test("renderWrapper() refuses when a path would be two to Deno", async () => {
  await using host = await testHost();
  await host.linkSources();
  const path = await host.install(REFRESH, { snapshotUrl: URL_HERE });

  const { code, stderr } = await host.run(path, [], { HOME: "/home/ada,/" });

  assert.equal(code, 2);
  assert.match(stderr, /^playwright-snapshot-refresh: Cannot limit .* a comma is in them\n$/);
});

Deno.test("renderWrapper() throws when a refresh would know no server", () => {
  assert.throws(
    () => renderWrapper(REFRESH),
    (error) => error instanceof Fault && error.code === "config",
  );
});

function program(name: string): HostProgram {
  const found = HOST_PROGRAMS.find((candidate) => candidate.name === name);
  assert.ok(found !== undefined, name);
  return found;
}

/** A host in a directory: its programs, its application and one home, all with a blank in the path. */
async function testHost() {
  const root = await Deno.makeTempDir({ prefix: "hearth host-" });
  const [app, home] = [`${root}/app`, `${root}/home/ada's`];
  await Deno.mkdir(`${app}/bin`, { recursive: true });
  await Deno.mkdir(home, { recursive: true });
  await Deno.symlink(Deno.execPath(), `${app}/bin/deno`);
  return {
    app,
    home,
    async install(hostProgram: HostProgram, options: WrapperOptions = {}): Promise<string> {
      const path = `${root}/${hostProgram.name}`;
      const text = renderWrapper(hostProgram, { appDir: app, ...options });
      await Deno.writeTextFile(path, text, { mode: 0o755 });
      return path;
    },
    run(
      path: string,
      args: readonly string[],
      env: Readonly<Record<string, string>> = {},
    ): Promise<CommandResult> {
      // As a unit starts it: an environment of its own, and no terminal.
      const variables = { PATH: "/usr/bin:/bin", HOME: home, NO_COLOR: "1", ...env };
      const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
      return runCommand("/usr/bin/env", ["-i", ...words, path, ...args], { deadlineMs: 120_000 });
    },
    async putToken(path: string, token: string): Promise<void> {
      const file = `${home}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, token);
    },
    /** Hearth's own sources, with the packages this test itself runs on. */
    async linkSources(): Promise<void> {
      for (const name of ["refresh.ts", "core", "snapshot", "deno.json", "deno.lock"]) {
        await Deno.symlink(`${ROOT}${name}`, `${app}/${name}`);
      }
      const { stdout } = await runCommand(Deno.execPath(), ["info", "--json"]);
      await Deno.symlink(JSON.parse(stdout).denoDir, `${app}/deno_dir`);
    },
    /** A program that says what it was given and what it may do. */
    async putProbe(): Promise<void> {
      await Deno.writeTextFile(
        `${app}/deno.json`,
        '{"permissions": {"probe": {"read": ["/etc/hostname"]}}}',
      );
      await Deno.writeTextFile(
        `${app}/probe.ts`,
        `const ask = [
          { name: "read", path: "/etc/hostname" }, { name: "read", path: "/etc/passwd" },
          { name: "write", path: "/etc/hostname" }, { name: "net" }, { name: "run" },
        ] as const;
        const states = Object.fromEntries(ask.map((what) => [
          "path" in what ? what.name + " " + what.path : what.name,
          Deno.permissions.querySync(what).state,
        ]));
        console.log(JSON.stringify({ args: Deno.args, states, module: import.meta.url }));`,
      );
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
