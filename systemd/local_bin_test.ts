/**
 * `~/.local/bin` in PATH, by real shells. A booted box reads the files where they are installed
 * (`tests/devbox/system_files_test.ts`).
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";

const FOLDER = new URL("./", import.meta.url).pathname;
const LOCAL_BIN = `${FOLDER}profile.d/10-local-bin.sh`;
const HOME = "/home/ada";
const SHELLS = ["/bin/dash", "/bin/bash", "/usr/bin/zsh"];

Deno.test.each(SHELLS)(
  "10-local-bin.sh puts ~/.local/bin first when %s reads it",
  async (shell) => {
    const { stdout, stderr } = await source(shell, { HOME, PATH: "/usr/bin:/bin" });

    assert.equal(stderr, "");
    assert.equal(stdout, `${HOME}/.local/bin:/usr/bin:/bin\n`);
  },
);

Deno.test.each(SHELLS)("10-local-bin.sh changes nothing when %s has it in PATH", async (shell) => {
  for (const PATH of [`${HOME}/.local/bin`, `/bin:${HOME}/.local/bin`, `${HOME}/.local/bin:/bin`]) {
    assert.equal((await source(shell, { HOME, PATH })).stdout, `${PATH}\n`);
  }
});

// zsh looks its home up by itself.
Deno.test.each(SHELLS.slice(0, 2))(
  "10-local-bin.sh keeps out of the way when %s has no home",
  async (shell) => {
    assert.equal((await source(shell, { PATH: "/usr/bin:/bin" })).stdout, "/usr/bin:/bin\n");
    // An empty PATH must not become one with the current directory in it.
    assert.equal((await source(shell, { HOME, PATH: "" })).stdout, `${HOME}/.local/bin\n`);
  },
);

Deno.test(".zshenv reads the installed file when zsh starts, login or not", async () => {
  const home = await Deno.makeTempDir();
  try {
    const text = await Deno.readTextFile(`${FOLDER}skel/.zshenv`);
    const moved = text.replaceAll("/etc/profile.d/10-local-bin.sh", LOCAL_BIN);
    assert.notEqual(moved, text);
    await Deno.writeTextFile(`${home}/.zshenv`, moved);

    for (const flag of ["-c", "-lc", "-ic"]) {
      const { stdout } = await run("/usr/bin/zsh", [flag, 'echo "$PATH"'], {
        HOME: home,
        PATH: "/bin",
      });

      assert.match(stdout, new RegExp(`^${home}/\\.local/bin:`), flag);
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

function source(shell: string, env: Readonly<Record<string, string>>) {
  // Twice and under "set -u": some scripts source /etc/profile.
  const script = `set -u; . ${LOCAL_BIN}; . ${LOCAL_BIN}; echo "$PATH"`;
  return run(shell, shell.endsWith("zsh") ? ["-fc", script] : ["-c", script], env);
}

/** Runs a shell with these variables alone. */
function run(shell: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return runCommand("/usr/bin/env", ["-i", ...words, shell, ...args]);
}
