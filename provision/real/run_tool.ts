/**
 * Runs a program of the machine to its end, as root or as a user.
 *
 * A program gets none of our variables, no terminal (a user's program could type into root's), a
 * deadline, and a bound on what it may print. One that runs as a user is their own: it dies with
 * us and at its deadline, its children too. One that runs as root is left to finish when we are
 * killed, since `useradd` cut short leaves half an account.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import type { Secret } from "../../core/secret.ts";
import { contentBytes } from "../digest.ts";
import { lastLine } from "./printable.ts";

const SETPRIV = "/usr/bin/setpriv";
const TIMEOUT = "/usr/bin/timeout";
const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Exit codes of timeout(1). */
const TIMED_OUT = 124;
const NOT_FOUND = 127;
const KILLED = 137;

/** How long it may take until a program that is killed is gone. */
const GRACE_MS = 15_000;

/** What is kept of each stream. */
const KEPT_BYTES = 64 * 1024;

/** The account a program runs as. */
export interface Identity {
  /** Its name. */
  readonly user: string;
  /** Its number. */
  readonly uid: number;
  /** The number of its first group. */
  readonly gid: number;
  /** Its home, which becomes `HOME` and the working directory. */
  readonly home: string;
}

/** A program and how to run it. */
export interface Tool {
  /** Its absolute path. */
  readonly command: string;
  /** Its arguments. Never a secret: anyone on the machine can read them. */
  readonly args: readonly string[];
  /** What it reads from its standard input. @default {nothing} */
  readonly stdin?: Uint8Array | Secret;
  /** Variables besides `PATH`, `LC_ALL`, and for a user `HOME`, `USER`, `LOGNAME` and `SHELL`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The longest it may take, in milliseconds. @default {60000} */
  readonly deadlineMs?: number;
  /** Whom it runs as. @default {root} */
  readonly as?: Identity;
}

/** How a program ended. */
export interface ToolEnd {
  /** Its exit code; 124 where the deadline passed, 127 where there is no such program. */
  readonly code: number;
  /** The beginning of its standard output. */
  readonly stdout: string;
  /** The beginning of its standard error. */
  readonly stderr: string;
  /**
   * Why it did not succeed, for a person; `undefined` where it exited with 0. What it printed last
   * is in it, without control characters.
   */
  readonly trouble: string | undefined;
}

/** Runs a program to its end. Any way it may end is a result, not an error. */
export type RunTool = (tool: Tool) => Promise<ToolEnd>;

/**
 * Runs a program of this machine.
 *
 * @param tool What to run.
 */
export async function runTool(tool: Tool): Promise<ToolEnd> {
  const { command, deadlineMs = 60_000, as, stdin } = tool;
  const [program = "", ...args] = commandLine(tool, deadlineMs);
  // Before it starts, so that whom `timeout` has ended has taken as long here, too.
  const fromMs = systemClock.monotonic();
  const child = new Deno.Command(program, {
    args,
    env: { ...environmentOf(as), ...tool.env },
    clearEnv: true,
    // A user's home may not let root in, and may be gone: `env --chdir` enters it as the user.
    cwd: "/",
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  // What `timeout` could not end.
  const late = setTimeout(() => killQuietly(child), deadlineMs + GRACE_MS);
  try {
    const fed = stdin === undefined ? undefined : feed(child.stdin, contentBytes(stdin));
    const { code } = await child.status;
    const isOver = systemClock.monotonic() - fromMs >= deadlineMs;
    await fed;
    const printed = { stdout: await stdout.end(), stderr: await stderr.end() };
    if (isOver && (code === TIMED_OUT || code === KILLED)) {
      const trouble = `"${command}" did not end within ${deadlineMs / 1_000} s`;
      return { code: TIMED_OUT, ...printed, trouble };
    }
    return { code, ...printed, trouble: troubleOf(command, code, printed) };
  } finally {
    clearTimeout(late);
  }
}

/** Why a program that ended did not succeed. */
function troubleOf(
  command: string,
  code: number,
  printed: { readonly stdout: string; readonly stderr: string },
): string | undefined {
  if (code === 0) return undefined;
  if (code === NOT_FOUND && /: failed to run command |^\/usr\/bin\/env: /.test(printed.stderr)) {
    return `"${command}" is not installed`;
  }
  const said = lastLine(printed.stderr, 2) ?? lastLine(printed.stdout);
  return `"${command}" ended with ${code}${said === undefined ? "" : `: ${said}`}`;
}

/**
 * The program with its deadline around it, and for a user's all that gives up root for good. So
 * these two programs are all that a permission set has to name.
 */
function commandLine(tool: Tool, deadlineMs: number): readonly string[] {
  const { command, args, as } = tool;
  const timeout = [TIMEOUT, "--kill-after=5", `${deadlineMs / 1_000}`];
  if (as === undefined) return [...timeout, command, ...args];
  return [
    ...[SETPRIV, "--pdeathsig=TERM", ...timeout],
    ...[SETPRIV, `--reuid=${as.uid}`, `--regid=${as.gid}`, "--init-groups"],
    ...["--no-new-privs", "--inh-caps=-all"],
    ...["/usr/bin/env", `--chdir=${as.home}`, command, ...args],
  ];
}

function environmentOf(as: Identity | undefined): Record<string, string> {
  const common = { PATH: SEARCH_PATH, LC_ALL: "C.UTF-8" };
  if (as === undefined) return common;
  return { ...common, HOME: as.home, USER: as.user, LOGNAME: as.user, SHELL: "/bin/sh" };
}

async function feed(stdin: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch (error) {
    // It ended without reading all of it: how it ended says why.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** The beginning of a stream; the rest is read and dropped, so that the program never waits. */
function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stream.getReader();
  const kept = new Uint8Array(KEPT_BYTES);
  let size = 0;
  async function read(): Promise<void> {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      const rest = value.subarray(0, KEPT_BYTES - size);
      kept.set(rest, size);
      size += rest.length;
    }
  }
  const isRead = read();
  return {
    /** What was printed by a program that has ended. One it left behind may keep the pipe open. */
    async end(): Promise<string> {
      const timer = setTimeout(() => void reader.cancel(), 500);
      await isRead;
      clearTimeout(timer);
      return new TextDecoder().decode(kept.subarray(0, size));
    },
  };
}

function killQuietly(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It ended between its exit and our being told: that is what was wanted.
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
  }
}
