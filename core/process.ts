/**
 * Child processes: run one to its end, or start one that lives beside the program.
 *
 * Children get a session of their own, so that Ctrl-C reaches only the program, which then stops
 * them in order; and the kernel signals them when the program dies, even by SIGKILL
 * (`PR_SET_PDEATHSIG`, through util-linux's `setpriv`), so that nothing is left behind.
 *
 * @module
 */
import { DeadlineError } from "./deadline.ts";
import { readLines } from "./lines.ts";

const SETPRIV = "/usr/bin/setpriv";

/** How a child ended. */
export interface ChildEnd {
  /** Its exit code; 128 + signal where it was killed. */
  readonly code: number;
  /** The signal that killed it. */
  readonly signal: Deno.Signal | null;
}

/** A child that runs. */
export interface Child {
  /** Its process id. */
  readonly pid: number;
  /** Resolves when it has ended and its output has been read. */
  readonly ended: Promise<ChildEnd>;
  /** Resolves when nobody can write to its output any more: what it left behind has ended, too. */
  readonly outputEnded: Promise<void>;
  /** Sends SIGTERM, waits, and sends SIGKILL when the deadline passes. Resolves when it has ended. */
  stop(deadlineMs?: number): Promise<ChildEnd>;
  /** Sends a signal; a child that has ended is left alone. */
  kill(signal: Deno.Signal): void;
}

/** What to start. */
export interface ChildOptions {
  /** The program: an absolute path, or a name looked up in PATH. */
  command: string;
  /** Its arguments. Never a secret: anyone on the machine can read them. */
  args: readonly string[];
  /** Variables added to the program's own, or its whole environment with `clearEnv`. */
  env?: Readonly<Record<string, string>>;
  /** Whether the program's own environment is withheld. @default {false} */
  clearEnv?: boolean;
  /** Working directory. */
  cwd?: string;
  /** Takes each line of its standard output and error. */
  onLine: (line: string) => void;
}

/**
 * Starts a child that dies with the program.
 *
 * @throws {Deno.errors.NotFound} When the machine has no `setpriv`. A missing `command` shows as
 * exit code 127 or 1 with a line that names it.
 */
export function startChild(options: ChildOptions): Child {
  const { command, args, env, clearEnv, cwd, onLine } = options;
  const process = new Deno.Command(SETPRIV, {
    args: ["--pdeathsig", "TERM", "--", command, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
    ...(env === undefined ? {} : { env }),
    ...(clearEnv === undefined ? {} : { clearEnv }),
    ...(cwd === undefined ? {} : { cwd }),
  }).spawn();
  let hasEnded = false;
  const exited = process.status.then((status) => {
    hasEnded = true;
    return { code: status.code, signal: status.signal };
  });
  // A grandchild may hold the pipes open after the child is gone: its lines are read while the
  // program runs, but nobody waits for them.
  const output = Promise.all([
    readLines(process.stdout, onLine),
    readLines(process.stderr, onLine),
  ]);
  const ended = exited.then(async (end) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, 200));
    await Promise.race([output, late]);
    clearTimeout(timer);
    return end;
  });

  function kill(signal: Deno.Signal): void {
    if (!hasEnded) killQuietly(process, signal);
  }

  async function stop(deadlineMs = 3_000): Promise<ChildEnd> {
    kill("SIGTERM");
    const timer = setTimeout(() => kill("SIGKILL"), deadlineMs);
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
    }
  }
  const outputEnded = output.then(() => {});
  return { pid: process.pid, ended, outputEnded, stop, kill };
}

/** What a command printed and how it ended. */
export interface CommandResult {
  /** Its exit code. */
  readonly code: number;
  /** Standard output as text. */
  readonly stdout: string;
  /** Standard error as text. */
  readonly stderr: string;
}

/** How to run a command. */
export interface CommandOptions {
  /**
   * The longest it may take, in milliseconds; then it is killed, or left behind where it runs as
   * somebody whom this program may not kill. @default {30000}
   */
  deadlineMs?: number;
  /** Variables added to the program's own, or its whole environment with `clearEnv`. */
  env?: Readonly<Record<string, string>>;
  /** Whether the program's own environment is withheld. @default {false} */
  clearEnv?: boolean;
  /** Whether it gets a session of its own, so that Ctrl-C reaches only the program. @default {false} */
  detached?: boolean;
}

/**
 * Runs a command to its end. A non-zero exit code is a result, not an error.
 *
 * @throws {DeadlineError} When it took too long.
 * @throws {Deno.errors.NotFound} When there is no such program.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { deadlineMs = 30_000, env, clearEnv = false, detached = false } = options;
  const process = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    clearEnv,
    detached,
    ...(env === undefined ? {} : { env }),
  }).spawn();
  const stdout = collectText(process.stdout);
  const stderr = collectText(process.stderr);
  let isLate = false;
  const outOfReach = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    isLate = true;
    try {
      killQuietly(process, "SIGKILL");
    } catch (error) {
      // It became somebody else, whom this program may not end: nobody waits for it any more.
      const isForeign = error instanceof Deno.errors.PermissionDenied;
      outOfReach.reject(isForeign ? new DeadlineError(`"${command}"`, deadlineMs) : error);
    }
    // A grandchild may hold the pipes open after the command is gone.
    stdout.cancel();
    stderr.cancel();
  }, deadlineMs);
  try {
    const ended = Promise.all([process.status, stdout.text, stderr.text]);
    const [{ code }, out, err] = await Promise.race([ended, outOfReach.promise]);
    if (isLate) throw new DeadlineError(`"${command}"`, deadlineMs);
    return { code, stdout: out, stderr: err };
  } finally {
    clearTimeout(timer);
  }
}

function collectText(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stream.getReader();
  async function collect(): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    while (true) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
  }
  return { text: collect(), cancel: () => void reader.cancel() };
}

function killQuietly(process: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    process.kill(signal);
  } catch (error) {
    // It ended between its exit and our being told: that is what was wanted.
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
  }
}
