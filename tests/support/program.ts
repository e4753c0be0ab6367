/**
 * A root program as a process of its own, under its permission set, for a test.
 *
 * @module
 */
import { startChild } from "../../core/process.ts";
import { withDeadline } from "../../core/deadline.ts";
import { stopWhole } from "./stop_whole.ts";

/** The repository's root. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

/** A program that runs. */
export interface TestProgram extends AsyncDisposable {
  /** Everything it wrote so far, a line each. */
  readonly lines: readonly string[];
  /** Its process id. */
  readonly pid: number;
  /** Resolves with the first line, past or future, that matches. */
  line(pattern: RegExp, deadlineMs?: number): Promise<string>;
  /** Sends a signal. */
  kill(signal: Deno.Signal): void;
  /** Its exit code; 128 + signal where it was killed. */
  readonly exitCode: Promise<number>;
}

/** How to start it. */
export interface TestProgramOptions {
  /** Its arguments. */
  args?: readonly string[];
  /** Its environment, beside what Deno itself needs. */
  env?: Readonly<Record<string, string>>;
  /**
   * Permission flags. The named set of deno.json always applies; a kind given here replaces
   * the set's list of that kind, since tests use other ports and directories.
   */
  flags?: readonly string[];
}

/** Starts `<name>.ts` with `-P=<name>`. */
export function startProgram(name: string, options: TestProgramOptions = {}): TestProgram {
  const lines: string[] = [];
  const waiters = new Set<() => void>();
  const child = startChild({
    command: Deno.execPath(),
    args: [
      "run",
      "-q",
      "--no-prompt",
      "--cached-only",
      "--frozen",
      `-P=${name}`,
      ...(options.flags ?? []),
      `${ROOT}${name}.ts`,
      ...(options.args ?? []),
    ],
    clearEnv: true,
    env: { ...inherited(), NO_COLOR: "1", ...options.env },
    onLine(line) {
      lines.push(line);
      for (const wake of waiters) wake();
    },
  });
  const exitCode = child.ended.then((end) => end.code);
  return {
    lines,
    pid: child.pid,
    exitCode,
    kill: (signal) => child.kill(signal),
    async line(pattern, deadlineMs = 60_000) {
      const found = () => lines.find((line) => pattern.test(line));
      const seen = new Promise<string>((resolve, reject) => {
        const look = () => {
          const line = found();
          if (line === undefined) return;
          waiters.delete(look);
          resolve(line);
        };
        waiters.add(look);
        look();
        child.ended.then(() => {
          look();
          reject(new Error(`${name} ended: ${lines.join("\n")}`));
        });
      });
      try {
        return await withDeadline(seen, deadlineMs, `${name} printing ${pattern}`);
      } catch (error) {
        throw new Error(`${error}\n${lines.join("\n")}`, { cause: error });
      }
    },
    async [Symbol.asyncDispose]() {
      await stopWhole(child, 10_000);
    },
  };
}

/** What a child Deno needs of the environment, so that tests also run behind odd homes. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "TMPDIR", "SSL_CERT_FILE", "DENO_TLS_CA_STORE"];
  const env: Record<string, string> = {};
  for (const name of names) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}
