/**
 * A connection to a database that stays open: the `sqlite3` command at the other end of a pipe, as
 * the owner of the file.
 *
 * @module
 */
import { DeadlineError, withDeadline } from "../core/deadline.ts";
import { readLines } from "../core/lines.ts";
import { type Account, commandAs, runAs } from "./account.ts";
import { readingArgs } from "./sqlite.ts";

/** Printed after an answer; no answer that is asked for here looks like it. */
const END = "--answered--";

/** A connection. */
export interface SqliteSession extends AsyncDisposable {
  /** Its process, which has the database open. */
  readonly pid: number;
  /**
   * Runs statements and commands, each a line of its own, and gives the lines they print.
   *
   * @param deadlineMs How long that may take. @default {60000}
   * @throws {Error} Where one of them fails; the connection is of no use then.
   */
  ask(lines: readonly string[], deadlineMs?: number): Promise<readonly string[]>;
}

/** Opens one, which cannot change the database. */
export function openSession(owner: Account, path: string): SqliteSession {
  // Into a pipe it would print nothing before its end.
  const { command, args } = commandAs(owner, ["/usr/bin/stdbuf", "-oL", ...readingArgs(path)]);
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  const input = child.stdin.getWriter();
  let isStuck = false;
  let answer: { readonly lines: string[]; give(lines: readonly string[]): void } | undefined;
  const heard = readLines(child.stdout, (line) => {
    if (line === END) answer?.give(answer.lines);
    else answer?.lines.push(line);
  });
  const over = Promise.all([child.status, heard, said]).then(([{ code }, , text]) => {
    const why = text.trim().split("\n").slice(-3).join("; ") || `exit code ${code}`;
    return new Error(`sqlite3 as ${owner.name}: ${why}`);
  });

  async function talk(lines: readonly string[]): Promise<readonly string[]> {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    answer = { lines: [], give: resolve };
    const text = [...lines, `.print ${END}`, ""].join("\n");
    const failed = over.then((error) => Promise.reject(error));
    // Who has ended cannot be written to; why it ended says more.
    const sent = input.write(new TextEncoder().encode(text)).then(() => promise, () => failed);
    return await Promise.race([sent, failed]);
  }

  return {
    pid: child.pid,
    async ask(lines, deadlineMs = 60_000) {
      try {
        return await withDeadline(talk(lines), deadlineMs, `"${lines[0]}"`);
      } catch (error) {
        isStuck ||= error instanceof DeadlineError;
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([input.close()]);
      // It is in the middle of something. Only its owner may kill it.
      const kill = ["/bin/sh", "-c", 'kill -s KILL -- "$1"', "kill", String(child.pid)];
      if (isStuck) await runAs(owner, kill);
      await over;
    },
  };
}

/** A path as an argument of a command that begins with a dot. */
export function dotArgument(path: string): string {
  return `"${path.replaceAll(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
