/**
 * An instance of the fixture that runs as a process of its own, and its command line.
 *
 * t3 itself cannot be had from every registry, so tests use this stand-in: the documented command
 * line, HTTP surface and WebSocket, real SQLite state with its ledger of migrations, and a switch for
 * every era and failure that is known of real builds.
 *
 * - A build is {@linkcode ./builds.ts build}`(version, ...differences)`, where a difference is one of
 *   `ERAS`, one of `FLAWS`, or your own.
 * - `installedBuild(prefix, build)` lays it out below a prefix as npm would; `startRegistry()`
 *   (`registry.ts`) starts a real registry to `publish` builds to, for real npm to install.
 * - `startT3(installed, { baseDir })` runs `t3 serve`; `await server.listening()` and talk to
 *   `server.instance`. `server.flip({ status: 500 })` changes a server that runs.
 * - `populate(baseDir, …)` (`populate.ts`) leaves threads and a running turn in the state.
 * - Below `/api/fixture/` a server tells what reached it: `identity`, `request`, `upload`, `echo`,
 *   `download?bytes=N`. `/ws` echoes.
 * - Its programs need Node 22.16 or newer: `nodeBinDir()` (`node_program.ts`) fetches one from npm
 *   into the test cache.
 *
 * @example
 * ```ts ignore
 * const good = await installedBuild(`${dir}/t3`, build("0.0.34", ERAS.portCookie));
 * await using server = await startT3(good, { baseDir: `${dir}/base` });
 * await server.listening();
 * const outcome = await pair(server.instance, await good.mint(server.baseDir));
 * ```
 *
 * @module
 */
import { writeFileAtomic } from "../../core/atomic_file.ts";
import { type Child, type ChildEnd, runCommand, startChild } from "../../core/process.ts";
import { withDeadline } from "../../core/deadline.ts";
import { type Instance, loopbackInstance } from "../../t3/instance.ts";
import { pairingArgs, parsePairingOutput, serveArgs } from "../../t3/cli.ts";
import type { Secret } from "../../core/secret.ts";
import { freePort } from "../support/free_port.ts";
import { type Behaviour, SWITCHES } from "./behaviour.ts";
import type { Build } from "./builds.ts";
import { nodeBinDir } from "./node_program.ts";
import { installBuild } from "./package_files.ts";
import { stopWhole } from "../support/stop_whole.ts";

/** A build that is installed below a prefix. */
export interface InstalledBuild {
  /** The prefix: `bin/t3` is in it. */
  readonly prefix: string;
  /** Runs `t3` to its end. */
  run(...args: readonly string[]): ReturnType<typeof runCommand>;
  /** Mints a credential, which migrates the state to this build. */
  mint(baseDir: string): Promise<Secret>;
}

/** Installs a build below a directory, without npm, and says how to use it. */
export async function installedBuild(prefix: string, build: Build): Promise<InstalledBuild> {
  await installBuild(prefix, build);
  return await existingBuild(prefix);
}

/** A build that npm or {@linkcode installBuild} put there. */
export async function existingBuild(prefix: string): Promise<InstalledBuild> {
  const env = await nodeEnv();
  const run = (...args: readonly string[]) => runCommand(`${prefix}/bin/t3`, args, { env });
  return {
    prefix,
    run,
    async mint(baseDir) {
      const { code, stdout, stderr } = await run(...pairingArgs(baseDir));
      if (code !== 0) throw new Error(`t3 auth pairing create: ${stderr}`);
      const output = parsePairingOutput(stdout);
      if (output.kind === "invalid") throw new Error(output.text);
      return output.credential;
    },
  };
}

/** A server that runs. */
export interface RunningT3 extends AsyncDisposable {
  /** Where it listens. */
  readonly instance: Instance;
  /** Its port. */
  readonly port: number;
  /** Where its state is. */
  readonly baseDir: string;
  /** Its process. */
  readonly child: Child;
  /** What it printed. */
  readonly lines: readonly string[];
  /** Resolves once it listens. */
  listening(deadlineMs?: number): Promise<void>;
  /** Changes its behaviour from the next request on; `undefined` takes a switch back. */
  flip(switches: { [Name in keyof Behaviour]?: Behaviour[Name] | undefined }): Promise<void>;
  /** Ends it. */
  stop(): Promise<ChildEnd>;
}

/** How to start it. */
export interface RunningT3Options {
  /** Where its state is; it survives the server. */
  baseDir: string;
  /** Its port; else a free one. */
  port?: number;
  /** The address. @default {"127.0.0.1"} */
  host?: string;
  /** Behaviour from the start, beside the build's. */
  switches?: Partial<Behaviour>;
}

/** Starts `t3 serve`; see {@linkcode RunningT3.listening} for when it listens. */
export async function startT3(
  build: InstalledBuild,
  { baseDir, port = freePort(), host = "127.0.0.1", switches = {} }: RunningT3Options,
): Promise<RunningT3> {
  await Deno.mkdir(baseDir, { recursive: true });
  const current: Record<string, unknown> = { ...switches };
  // A server reads it at every request, so it must never be half there.
  const write = () => writeFileAtomic(`${baseDir}/${SWITCHES}`, JSON.stringify(current));
  await write();
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  const child = startChild({
    command: `${build.prefix}/bin/t3`,
    args: serveArgs({ host, port, baseDir }),
    env: { ...await nodeEnv(), NODE_NO_WARNINGS: "1" },
    onLine(line) {
      lines.push(line);
      if (line.startsWith("Listening on ")) ready.resolve();
    },
  });
  ready.promise.catch(() => {});
  child.ended.then((end) =>
    ready.reject(new Error(`t3 ended with ${end.code}: ${lines.join("; ")}`))
  );
  return {
    instance: loopbackInstance(port),
    port,
    baseDir,
    child,
    lines,
    listening: (deadlineMs = 30_000) => withDeadline(ready.promise, deadlineMs, "t3 listening"),
    async flip(more) {
      Object.assign(current, more);
      await write();
    },
    stop: () => stopWhole(child, 5_000),
    async [Symbol.asyncDispose]() {
      await stopWhole(child, 5_000);
    },
  };
}

async function nodeEnv(): Promise<Record<string, string>> {
  return { PATH: `${await nodeBinDir()}:/usr/bin:/bin` };
}
