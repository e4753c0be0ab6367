/**
 * What a program of the machine says, at once: facts that cannot be read from a file.
 *
 * Deno lets a program read `/proc` only when it may do everything, so `cat` reads it.
 *
 * @module
 */
import { lastLine } from "./printable.ts";

const TIMEOUT = "/usr/bin/timeout";

/** What it said. */
export interface ReadEnd {
  /** Standard output. */
  readonly stdout: string;
  /** Why it did not succeed; `undefined` where it exited with 0. */
  readonly trouble: string | undefined;
}

/**
 * Runs a program that only looks, and waits for it; nothing else goes on meanwhile. Ctrl-C does not
 * reach it, since `timeout` puts it into a process group of its own: we stop in order.
 *
 * @param command Its absolute path.
 * @param args Its arguments.
 * @param deadlineS The longest it may take, in seconds.
 */
export function readTool(command: string, args: readonly string[], deadlineS = 30): ReadEnd {
  const { code, stdout, stderr } = new Deno.Command(TIMEOUT, {
    args: ["--kill-after=5", `${deadlineS}`, command, ...args],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" },
    clearEnv: true,
    cwd: "/",
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).outputSync();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  if (code === 0) return { stdout: text, trouble: undefined };
  const last = lastLine(decoder.decode(stderr));
  const why = last ?? (code === 124 ? `did not end within ${deadlineS} s` : `ended with ${code}`);
  return { stdout: text, trouble: last === undefined ? `"${command}" ${why}` : why };
}
