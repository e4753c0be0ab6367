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
import type { Secret } from "../../core/secret.ts";
import { contentBytes } from "../digest.ts";
import { lastLine } from "./printable.ts";

const SETPRIV = "/usr/bin/setpriv";
const TIMEOUT = "/usr/bin/timeout";
const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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
  const { command, deadlineMs = 60_000, as } = tool;
  const argv = as === undefined ? [command, ...tool.args] : asUser(tool, as, deadlineMs);
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(argv[0] ?? command, {
      args: argv.slice(1),
      env: { ...environmentOf(as), ...tool.env },
      clearEnv: true,
      // A user's home may not let root in, and may be gone: `env --chdir` enters it as the user.
      cwd: "/",
      stdin: tool.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const trouble = `"${command}" is not installed`;
    return { code: 127, stdout: "", stderr: "", trouble };
  }
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  let isOver = false;
  let isLate = false;
  const over = setTimeout(() => isOver = true, deadlineMs);
  // `timeout` ends a user's program; this is for root's, and for when that fails.
  const late = setTimeout(() => {
    isLate = true;
    killQuietly(child);
  }, as === undefined ? deadlineMs : deadlineMs + 15_000);
  try {
    const fed = tool.stdin === undefined ? undefined : feed(child.stdin, contentBytes(tool.stdin));
    const { code } = await child.status;
    await fed;
    const printed = { stdout: await stdout.end(), stderr: await stderr.end() };
    if (isLate || (isOver && as !== undefined && (code === 124 || code === 137))) {
      const trouble = `"${command}" did not end within ${deadlineMs / 1_000} s`;
      return { code: 124, ...printed, trouble };
    }
    const said = lastLine(printed.stderr) ?? lastLine(printed.stdout);
    const trouble = code === 0
      ? undefined
      : `"${command}" ended with ${code}${said === undefined ? "" : `: ${said}`}`;
    return { code, ...printed, trouble };
  } finally {
    clearTimeout(over);
    clearTimeout(late);
  }
}

/** The command line that gives up root for good, with the deadline outside of it. */
function asUser(tool: Tool, as: Identity, deadlineMs: number): string[] {
  return [
    SETPRIV,
    "--pdeathsig=TERM",
    TIMEOUT,
    "--kill-after=5",
    `${deadlineMs / 1_000}`,
    SETPRIV,
    `--reuid=${as.uid}`,
    `--regid=${as.gid}`,
    "--init-groups",
    "--no-new-privs",
    "--inh-caps=-all",
    "/usr/bin/env",
    `--chdir=${as.home}`,
    tool.command,
    ...tool.args,
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
