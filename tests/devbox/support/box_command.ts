/**
 * Commands inside a box, run from outside: any user, any input, every byte of the output.
 *
 * They enter the box's namespaces (`nsenter`) and then become the user (`setpriv`), with an environment
 * of their own: nothing of the test's is inherited but how the world is reached.
 *
 * @module
 */
import { DeadlineError } from "../../../core/deadline.ts";
import { readLines } from "../../../core/lines.ts";
import { childrenOf } from "./box_process.ts";
import { worldEnv } from "./debian.ts";

/** How to run it. */
export interface BoxCommandOptions {
  /** Who runs it. @default {"root"} */
  readonly user?: string;
  /** What it reads; nothing else. */
  readonly input?: string | Uint8Array<ArrayBuffer>;
  /** Variables added to those of a login. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs. @default The user's home. */
  readonly cwd?: string;
  /** Takes each line of its standard output as it comes. */
  readonly onLine?: (line: string) => void;
  /** The longest it may take, in milliseconds; then it is killed. @default {120000} */
  readonly deadlineMs?: number;
}

/** How it ended and what it wrote. */
export interface BoxCommandResult {
  /** Its exit code; 128 + signal where it was killed. */
  readonly code: number;
  /** Its standard output as text. */
  readonly stdout: string;
  /** Its standard error as text. */
  readonly stderr: string;
  /** Its standard output, every byte. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A command that runs. */
export interface RunningBoxCommand {
  /** Resolves when it and all that hold its output have ended. */
  readonly result: Promise<BoxCommandResult>;
  /** Sends it a signal; one that has ended is left alone. */
  kill(signal: Deno.Signal): void;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A line of `/etc/passwd`. */
interface Account {
  readonly name: string;
  readonly group: string;
  readonly home: string;
  readonly shell: string;
}

/**
 * Starts a command in a box.
 *
 * @param leader The host's id of the box's first process.
 * @param command The program and its arguments.
 * @param options As whom, and with what.
 */
export function startBoxCommand(
  leader: number,
  command: readonly string[],
  options: BoxCommandOptions = {},
): RunningBoxCommand {
  const account = findAccount(leader, options.user ?? "root");
  const process = new Deno.Command("nsenter", {
    args: [
      ...["--target", String(leader), "--all", `--wdns=${options.cwd ?? account.home}`, "--"],
      ...["setpriv", `--reuid=${account.name}`, `--regid=${account.group}`, "--init-groups"],
      // Where the one that waits for it is killed, so is the command.
      ...["--pdeathsig", "KILL", "--", ...command],
    ],
    clearEnv: true,
    env: {
      PATH,
      LANG: "C.UTF-8",
      HOME: account.home,
      USER: account.name,
      LOGNAME: account.name,
      SHELL: account.shell,
      ...worldEnv(),
      ...options.env,
    },
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return {
    result: collect(process, command, options),
    kill(signal) {
      // nsenter waits for the command and ends as it ends.
      const [child] = childrenOf(process.pid);
      if (child !== undefined) Deno.kill(child, signal);
    },
  };
}

async function collect(
  process: Deno.ChildProcess,
  command: readonly string[],
  options: BoxCommandOptions,
): Promise<BoxCommandResult> {
  const { input, onLine, deadlineMs = 120_000 } = options;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    process.kill("SIGKILL");
  }, deadlineMs);
  try {
    const [forBytes, forLines] = process.stdout.tee();
    const [{ code }, bytes, stderr] = await Promise.all([
      process.status,
      new Response(forBytes).bytes(),
      new Response(process.stderr).text(),
      readLines(forLines, onLine ?? (() => {})),
      input === undefined ? undefined : feed(process.stdin, input),
    ]);
    if (isLate) throw new DeadlineError(`"${command.join(" ")}" in a box`, deadlineMs);
    return { code, bytes, stdout: new TextDecoder().decode(bytes), stderr };
  } finally {
    clearTimeout(timer);
  }
}

async function feed(
  stdin: WritableStream<Uint8Array<ArrayBuffer>>,
  input: string | Uint8Array<ArrayBuffer>,
): Promise<void> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  try {
    await new Blob([bytes]).stream().pipeTo(stdin);
  } catch (error) {
    // A command need not read its input.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function findAccount(leader: number, user: string): Account {
  const passwd = Deno.readTextFileSync(`/proc/${leader}/root/etc/passwd`);
  for (const line of passwd.split("\n")) {
    const [name = "", , , group = "", , home = "/", shell = "/bin/sh"] = line.split(":");
    if (name === user) return { name, group, home, shell };
  }
  throw new Error(`Cannot run as "${user}": the box has no such user`);
}
