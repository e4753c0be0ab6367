/**
 * The dispatch program in front of instances of the t3 fixture, for tests without root: minting
 * needs no sudo, since everything runs as one user.
 *
 * @module
 */
import { writeFileAtomic } from "../../core/atomic_file.ts";
import type { Build } from "../t3_fixture/builds.ts";
import { nodeBinDir } from "../t3_fixture/node_program.ts";
import {
  type InstalledBuild,
  installedBuild,
  type RunningT3,
  startT3,
} from "../t3_fixture/running.ts";
import { freePort } from "./free_port.ts";
import { startProgram, type TestProgram } from "./program.ts";

/** Dispatch that runs. */
export interface TestDispatch extends AsyncDisposable {
  /** Its address. */
  readonly url: string;
  /** Its port. */
  readonly port: number;
  /** The address of its health and metrics. */
  readonly adminUrl: string;
  /** Its process. */
  readonly program: TestProgram;
  /** Where everything of the test is. */
  readonly directory: string;
  /** Installs a build and starts it for a user, who is then in the table. */
  addUser(user: string, build: Build): Promise<RunningT3>;
  /** Starts the same build for a user again, at the same port. */
  startAgain(user: string): Promise<RunningT3>;
  /** Replaces the table. */
  writeTable(text: string): Promise<void>;
  /** Takes a user out of the table and waits until it is taken. */
  removeUser(user: string): Promise<void>;
  /** Whom credentials were minted for, in order. */
  minted(): Promise<readonly string[]>;
}

/** How to start it. */
export interface TestDispatchOptions {
  /** More variables. */
  env?: Readonly<Record<string, string>>;
  /** Shell lines before the mint does its work. */
  mintFirst?: string;
}

/** Starts `dispatch.ts` under its permission set, with an empty table. */
export async function startTestDispatch(options: TestDispatchOptions = {}): Promise<TestDispatch> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-dispatch-" });
  const port = freePort();
  const adminPort = freePort();
  const table = `${directory}/dispatch.json`;
  const mint = `${directory}/mint`;
  const minted = `${directory}/minted`;
  await Deno.writeTextFile(table, "{}");
  await Deno.writeTextFile(minted, "");
  await Deno.writeTextFile(
    mint,
    `#!/bin/sh
echo "$1" >> "${minted}"
${options.mintFirst ?? ""}
PATH="${await nodeBinDir()}:/usr/bin:/bin"
exec "${directory}/$1/t3/bin/t3" auth pairing create --base-dir "${directory}/$1/base" --ttl 5m --json
`,
    { mode: 0o755 },
  );
  const program = startProgram("dispatch", {
    flags: [`--allow-read=${table}`, `--allow-run=${mint}`],
    env: {
      DISPATCH_LISTEN_PORT: String(port),
      DISPATCH_METRICS_PORT: String(adminPort),
      DISPATCH_TABLE: table,
      DISPATCH_MINT: mint,
      ...options.env,
    },
  });
  const servers: RunningT3[] = [];
  const installed = new Map<string, { build: InstalledBuild; port: number }>();

  async function writeTable(text: string): Promise<void> {
    const before = taken();
    await writeFileAtomic(table, text);
    await program.line(new RegExp(`"msg":"table (?:taken|not taken)`));
    const deadline = performance.now() + 20_000;
    while (taken() === before) {
      if (performance.now() > deadline) throw new Error(program.lines.join("\n"));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  function taken(): number {
    return program.lines.filter((line) => /"msg":"table (taken|not taken)/.test(line)).length;
  }

  function tableText(): string {
    return JSON.stringify(Object.fromEntries(
      [...installed].map(([user, { port }]) => [user, { os_user: user, port }]),
    ));
  }

  async function start(user: string): Promise<RunningT3> {
    const { build, port } = installed.get(user) as { build: InstalledBuild; port: number };
    const server = await startT3(build, { baseDir: `${directory}/${user}/base`, port });
    servers.push(server);
    return server;
  }

  async function dispose(): Promise<void> {
    await Promise.all(servers.map((server) => server.stop()));
    await program[Symbol.asyncDispose]();
    await Deno.remove(directory, { recursive: true });
  }

  try {
    await program.line(/"msg":"listening"/);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    program,
    directory,
    async addUser(user, build) {
      const one = {
        build: await installedBuild(`${directory}/${user}/t3`, build),
        port: freePort(),
      };
      installed.set(user, one);
      await writeTable(tableText());
      return await start(user);
    },
    startAgain: start,
    writeTable,
    async removeUser(user) {
      installed.delete(user);
      await writeTable(tableText());
    },
    minted: async () => (await Deno.readTextFile(minted)).split("\n").filter((line) => line !== ""),
    [Symbol.asyncDispose]: dispose,
  };
}
