/**
 * The launcher, run on a real terminal with a stand-in of Claude that tells what it was given.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";

const LAUNCHER = new URL("skel/start-claude.sh", import.meta.url).pathname;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;
const CLAUDE = '#!/bin/sh\necho "claude in $PWD: $*"\nexit ${CLAUDE_ENDS_WITH:-0}\n';

Deno.test("start-claude.sh starts a session of its own each time when it starts Claude", async () => {
  await using home = await testHome();
  await home.putClaude();

  const [one, other] = [await home.launch(), await home.launch(["a b"])];

  assert.equal(one.code, 0);
  assert.match(
    one.stdout,
    new RegExp(`^claude in ${home.path}: --session-id ${UUID.source}\r?\n$`),
  );
  assert.match(other.stdout, new RegExp(`--session-id ${UUID.source} a b\r?\n$`));
  assert.notEqual(UUID.exec(one.stdout)?.[0], UUID.exec(other.stdout)?.[0]);
});

Deno.test.each([["--resume"], ["--continue"], ["--resume=x"], ["--session-id=x"], ["--version"]])(
  "start-claude.sh adds no session when it is given %s",
  async (argument) => {
    await using home = await testHome();
    await home.putClaude();

    const { stdout } = await home.launch([argument]);

    assert.equal(stdout.trim(), `claude in ${home.path}: ${argument}`);
  },
);

Deno.test("start-claude.sh starts in ~/code when there is one", async () => {
  await using home = await testHome();
  await home.putClaude();
  await Deno.mkdir(`${home.path}/code`);

  const { stdout } = await home.launch();

  assert.match(stdout, new RegExp(`^claude in ${home.path}/code: `));
});

Deno.test("start-claude.sh leaves a shell and starts nothing again when Claude fails", async () => {
  await using home = await testHome();
  await home.putClaude();

  const { code, stdout } = await home.launch([], {
    input: 'echo "PATH is $PATH"\nexit 7\n',
    env: { CLAUDE_ENDS_WITH: "3" },
  });

  assert.equal(code, 7, stdout);
  assert.equal(stdout.match(/claude in /g)?.length, 1, stdout);
  assert.match(stdout, /start-claude: Claude ended with 3/);
  assert.match(stdout, new RegExp(`PATH is ${home.path}/\\.local/bin:`));
});

Deno.test("start-claude.sh ends as Claude did when there is no terminal", async () => {
  await using home = await testHome();
  await home.putClaude();

  const { code, stderr } = await home.run([LAUNCHER], { CLAUDE_ENDS_WITH: "3" });

  assert.equal(code, 3);
  assert.match(stderr, /Claude ended with 3/);
});

Deno.test("start-claude.sh installs Claude once when it is missing", async () => {
  await using home = await testHome();
  await using installer = serve(
    `mkdir -p ~/.local/bin\ncat >~/.local/bin/claude <<'END'\n${CLAUDE}END\n` +
      "chmod +x ~/.local/bin/claude\n",
  );

  const [first, second] = [
    await home.launch([], { env: { CLAUDE_INSTALLER: installer.url } }),
    await home.launch([], { env: { CLAUDE_INSTALLER: installer.url } }),
  ];

  assert.match(first.stdout, /installing Claude Code from http:[^]*claude in /);
  assert.match(second.stdout, /^claude in /);
  assert.equal(installer.count(), 1);
});

Deno.test("start-claude.sh leaves a shell when Claude cannot be installed", async () => {
  await using home = await testHome();
  await using installer = serve("nothing", 503);

  const { code, stdout } = await home.launch([], {
    input: "exit 7\n",
    env: { CLAUDE_INSTALLER: installer.url },
  });

  assert.equal(code, 7, stdout);
  assert.match(stdout, /Claude Code could not be installed; try again later/);
  assert.equal(installer.count(), 1);
});

Deno.test("start-claude.sh can be read by every shell", async () => {
  for (const shell of ["/bin/dash", "/bin/bash", "/usr/bin/zsh"]) {
    assert.deepEqual(await runCommand(shell, ["-n", LAUNCHER]), {
      code: 0,
      stdout: "",
      stderr: "",
    });
  }
  assert.equal(((await Deno.stat(LAUNCHER)).mode ?? 0) & 0o777, 0o755);
});

/** How to launch. */
interface Launch {
  /** What is typed. */
  input?: string;
  /** Its variables, beside home and path. */
  env?: Readonly<Record<string, string>>;
}

async function testHome() {
  const path = await Deno.makeTempDir({ prefix: "hearth-home-" });
  const environment = (env: Readonly<Record<string, string>>) =>
    Object.entries({ HOME: path, PATH: "/usr/bin:/bin", SHELL: "/bin/sh", TERM: "dumb", ...env })
      .map(([name, value]) => `${name}=${value}`);
  return {
    path,
    async putClaude() {
      await Deno.mkdir(`${path}/.local/bin`, { recursive: true });
      await Deno.writeTextFile(`${path}/.local/bin/claude`, CLAUDE, { mode: 0o755 });
    },
    /** Without a terminal. */
    run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
      return runCommand("/usr/bin/env", ["-i", ...environment(env), ...args]);
    },
    /** On a terminal of its own, as util-linux's `script` makes it. */
    async launch(args: readonly string[] = [], { input, env = {} }: Launch = {}) {
      const command = [LAUNCHER, ...args].map((word) => `'${word}'`).join(" ");
      const process = new Deno.Command("/usr/bin/env", {
        args: ["-i", ...environment(env), "/usr/bin/script", "-qec", command, "/dev/null"],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const stdin = process.stdin.getWriter();
      await stdin.write(new TextEncoder().encode(input ?? ""));
      const timer = setTimeout(() => process.kill("SIGKILL"), 30_000);
      // Its input stays open until then, as a terminal does.
      const [{ code }, stdout] = await Promise.all([process.status, process.stdout.text()]);
      clearTimeout(timer);
      await stdin.close().catch(() => {});
      return { code, stdout };
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** A server of an installer. */
function serve(script: string, status = 200) {
  let requests = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    requests++;
    return new Response(script, { status });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/install.sh`,
    count: () => requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
