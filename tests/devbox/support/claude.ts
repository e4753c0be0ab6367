/**
 * The real `claude`, from the npm registry, and a stand-in for where its installer comes from.
 *
 * The real installer (`curl … | bash`) downloads the same program from a site that cannot be reached from
 * every machine that runs the tests, copies it to `~/.local/share/claude/versions/VERSION` and links
 * `~/.local/bin/claude` to it. The stand-in's script leaves the same names behind; instead of a copy
 * of 360 MB it links to the one program that the box has at `/mnt/claude`.
 *
 * @module
 */
import type { Bind } from "./box.ts";
import { type HeldTree, holdTree } from "./cache.ts";
import { installNpmPackages } from "./npm_packages.ts";

/** The version of `@anthropic-ai/claude-code`. */
export const CLAUDE_VERSION = "2.1.329";

/** Where a box that was booted with {@linkcode claudeBind} has the program's directory. */
const CLAUDE_DIRECTORY = "/mnt/claude";

/** The program in there. */
const CLAUDE_PROGRAM = `${CLAUDE_DIRECTORY}/claude`;

/** Holds the program's package; fetches it where it is not there yet. */
export function holdClaude(): Promise<HeldTree> {
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const spec = `@anthropic-ai/claude-code-linux-${arch}@${CLAUDE_VERSION}`;
  return holdTree("claude", [spec], async (dir) => {
    await installNpmPackages(dir, spec);
    const inside = `${dir}/node_modules/@anthropic-ai/claude-code-linux-${arch}/claude`;
    await Deno.rename(inside, `${dir}/claude`);
  });
}

/** What shows a box the program, held as long as the box runs. */
export function claudeBind(tree: HeldTree): Bind {
  return { from: tree.path, to: CLAUDE_DIRECTORY };
}

/** A stand-in that listens. */
export interface ClaudeInstaller extends AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** The script's address, on this machine and wherever the port is forwarded to. */
  readonly url: string;
  /** How often the script was asked for. */
  readonly requestCount: () => number;
  /** What becomes of those who ask from now on: it works, its site is down, or the script fails. */
  become(state: "well" | "down" | "failing"): void;
}

/** What the script leaves behind, for the user who runs it. */
const SCRIPT = `#!/bin/bash
set -euo pipefail
versions=$HOME/.local/share/claude/versions
mkdir -p "$versions" "$HOME/.local/bin"
ln -sfn ${CLAUDE_PROGRAM} "$versions/${CLAUDE_VERSION}"
ln -sfn "$versions/${CLAUDE_VERSION}" "$HOME/.local/bin/claude"
"$HOME/.local/bin/claude" --version
`;

/** Starts the stand-in. */
export function startClaudeInstaller(): ClaudeInstaller {
  let state = "well";
  let requests = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    requests += 1;
    if (state === "down") return new Response("Bad gateway\n", { status: 502 });
    if (state === "failing") return new Response('echo "no space left" >&2\nexit 1\n');
    return new Response(SCRIPT);
  });
  return {
    port: server.addr.port,
    url: `http://127.0.0.1:${server.addr.port}/install.sh`,
    requestCount: () => requests,
    become: (next) => void (state = next),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
