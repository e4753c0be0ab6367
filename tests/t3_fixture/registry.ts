/**
 * A real npm registry on loopback (verdaccio), to which builds are published.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { type Child, runCommand, startChild } from "../../core/process.ts";
import { freePort } from "../support/free_port.ts";
import { stopWhole } from "../support/stop_whole.ts";
import { cachedDirectory } from "../support/test_cache.ts";
import { type Build } from "./builds.ts";
import { nodeBinDir } from "./node_program.ts";
import { packagesOf, writePackage } from "./package_files.ts";

// 6.10 wants a dist-tag of node-fetch that not every registry has.
const VERDACCIO = { dependencies: { verdaccio: "6.5.2" }, overrides: { "node-fetch": "2.7.0" } };

/** A registry that runs. */
export interface TestRegistry extends AsyncDisposable {
  /** Its URL, with a slash at the end. */
  readonly url: string;
  /** A file for `npm --userconfig` that names it and holds a token it accepts. */
  readonly userConfig: string;
  /** Publishes a build under a tag. */
  publish(build: Build, tag?: string): Promise<void>;
  /** Points a tag at a published version of `t3`; also backwards. */
  tag(version: string, tag: string): Promise<void>;
  /** Takes a version of `t3` away. */
  unpublish(version: string): Promise<void>;
  /** Runs npm against it, with a cache of its own. */
  npm(...args: readonly string[]): Promise<string>;
  /** Ends it and keeps what was published, until {@linkcode TestRegistry.resume}. */
  pause(): Promise<void>;
  /** Starts it again on the same port. */
  resume(): Promise<void>;
}

/** Starts an empty registry. */
export async function startRegistry(): Promise<TestRegistry> {
  const program = await cachedDirectory("verdaccio-6.5.2", async (partial) => {
    await Deno.writeTextFile(`${partial}/package.json`, JSON.stringify(VERDACCIO));
    const args = ["install", "--prefix", partial, "--no-audit", "--no-fund", "--ignore-scripts"];
    const { code, stderr } = await runCommand("npm", args, { deadlineMs: 300_000 });
    if (code !== 0) throw new Error(`npm install verdaccio: ${stderr}`);
  });
  const node = `${await nodeBinDir()}/node`;
  const home = await Deno.makeTempDir({ prefix: "hearth-registry-" });
  const port = freePort();
  const url = `http://127.0.0.1:${port}/`;
  const userConfig = `${home}/npmrc`;
  await Deno.writeTextFile(`${home}/config.yaml`, configText(home));
  await Deno.writeTextFile(
    userConfig,
    `registry=${url}\n//127.0.0.1:${port}/:_authToken=anyone\nupdate-notifier=false\n`,
  );
  let child: Child | undefined;

  async function resume(): Promise<void> {
    const lines: string[] = [];
    child = startChild({
      command: node,
      args: [
        `${program}/node_modules/.bin/verdaccio`,
        "--config",
        `${home}/config.yaml`,
        "--listen",
        `127.0.0.1:${port}`,
      ],
      env: { HOME: home, NODE_NO_WARNINGS: "1" },
      onLine: (line) => lines.push(line),
    });
    await untilReady(`${url}-/ping`, child, lines);
  }

  async function pause(): Promise<void> {
    if (child !== undefined) await stopWhole(child, 5_000);
    child = undefined;
  }

  async function npm(...args: readonly string[]): Promise<string> {
    const options = ["--userconfig", userConfig, "--cache", `${home}/cache`, "--loglevel", "error"];
    const result = await runCommand("npm", [...args, ...options], { deadlineMs: 120_000 });
    if (result.code === 0) return result.stdout;
    throw new Error(`npm ${args.join(" ")}: ${result.stderr}${result.stdout}`);
  }

  try {
    await resume();
  } catch (error) {
    await pause();
    throw error;
  }
  return {
    url,
    userConfig,
    npm,
    pause,
    resume,
    async publish(build, tag = "nightly") {
      for (const one of packagesOf(build)) {
        const directory = await Deno.makeTempDir({ dir: home });
        await writePackage(directory, one);
        await npm("publish", directory, "--tag", tag, "--access", "public");
      }
    },
    tag: async (version, tag) => void await npm("dist-tag", "add", `t3@${version}`, tag),
    unpublish: async (version) => void await npm("unpublish", `t3@${version}`, "--force"),
    async [Symbol.asyncDispose]() {
      await pause();
      await Deno.remove(home, { recursive: true });
    },
  };
}

async function untilReady(url: string, child: Child, lines: readonly string[]): Promise<void> {
  const lateMs = systemClock.monotonic() + 60_000;
  let hasEnded = false;
  child.ended.then(() => hasEnded = true);
  while (true) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.ok) return;
    } catch (error) {
      if (hasEnded || systemClock.monotonic() > lateMs) {
        throw new Error(`The registry did not start: ${lines.slice(-5).join("; ")}`, {
          cause: error,
        });
      }
    }
    await systemClock.sleep(100);
  }
}

function configText(home: string): string {
  const open = { access: "$all", publish: "$all", unpublish: "$all" };
  // JSON is YAML.
  return JSON.stringify({
    storage: `${home}/storage`,
    auth: { htpasswd: { file: `${home}/htpasswd`, max_users: -1 } },
    uplinks: {},
    packages: { "@*/*": open, "**": open },
    web: { enable: false },
    log: { type: "stdout", format: "json", level: "warn" },
  });
}
