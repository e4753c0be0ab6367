/**
 * One build on one copy of somebody's data: started as production starts it, used, stopped.
 *
 * It runs as an account that owns nothing else, on loopback, with the copy as its home and no
 * agent's program in its path: a copy of a running turn must not be continued twice.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import { startChild } from "../core/process.ts";
import { pairingArgs, parsePairingOutput, serveArgs } from "../t3/cli.ts";
import { loopbackInstance } from "../t3/instance.ts";
import { type Account, commandAs, demandAs, runAs } from "./account.ts";
import type { DatabaseFacts } from "./database_facts.ts";
import type { Health } from "./effects.ts";
import { inspectDatabase } from "./inspect_database.ts";
import { probeServer } from "./probe.ts";
import { findDatabases } from "./user_files.ts";

/** What to run, and on what. */
export interface Rehearsal {
  /** The version. */
  readonly version: string;
  /** Where it is installed. */
  readonly prefix: string;
  /** The account, whose home is the copy's. */
  readonly account: Account;
  /** Where Node is. */
  readonly nodeDir: string;
  /** How long it may take to start, in milliseconds. */
  readonly startMs: number;
  /** How long it may take to stop, in milliseconds. */
  readonly stopMs: number;
  /** How many threads the data holds. */
  readonly threads: number | undefined;
  /** Time. */
  readonly clock: Clock;
}

/** What came of it. */
export interface RehearsalResult {
  /** Whether it works. */
  readonly health: Health;
  /** The databases it left. */
  readonly databases: readonly DatabaseFacts[];
}

/** Runs it. What throws is the machine's fault, not the build's. */
export async function rehearse(rehearsal: Rehearsal): Promise<RehearsalResult> {
  const { version, prefix, account, nodeDir, startMs, stopMs, threads, clock } = rehearsal;
  const baseDir = `${account.home}/.t3`;
  const options = { path: `${prefix}/bin:${nodeDir}:/usr/bin:/bin` };
  const t3 = `${prefix}/bin/t3`;
  const port = freeLoopbackPort();
  const as = commandAs(account, [t3, ...serveArgs({ host: "127.0.0.1", port, baseDir })], options);
  const lines: string[] = [];
  let end: string | undefined;
  const child = startChild({
    ...as,
    onLine: (line) => void (lines.push(line) > 20 && lines.shift()),
  });
  child.ended.then(({ code, signal }) => {
    end = `it ended with ${signal ?? `exit code ${code}`}: ${lines.slice(-3).join("; ")}`;
  });
  let health: Health;
  try {
    health = await probeServer({
      instance: loopbackInstance(port),
      version,
      startMs,
      threads,
      clock,
      hasEnded: () => end,
      async mint() {
        const stdout = await demandAs(account, [t3, ...pairingArgs(baseDir)], options);
        const output = parsePairingOutput(stdout);
        if (output.kind === "invalid") throw new Error(output.text);
        return output.credential;
      },
    });
  } finally {
    const wasUp = end === undefined;
    const ended = await stopServer();
    if (wasUp && ended === "killed") {
      health = { is: "bad", why: `it does not stop within ${Math.round(stopMs / 1_000)} s` };
    }
  }
  const databases: DatabaseFacts[] = [];
  try {
    for (const path of await findDatabases(account)) {
      databases.push(await inspectDatabase(account, path));
    }
  } catch (error) {
    if (health.is === "ok") health = { is: "bad", why: `it leaves damage: ${errorText(error)}` };
  }
  return { health, databases };

  /** Root may not kill what another account runs; that account may. */
  async function stopServer(): Promise<"ended" | "killed"> {
    // The shell's own: a bare Debian has no other.
    const kill = (signal: string, pid: number) =>
      runAs(account, ["/bin/sh", "-c", 'kill -s "$1" -- "$2"', "kill", signal, String(pid)]);
    if (end === undefined) await kill("TERM", child.pid);
    const late = new AbortController();
    const isLate = await Promise.race([
      child.ended.then(() => false),
      clock.sleep(stopMs, late.signal).then(() => !late.signal.aborted),
    ]);
    late.abort();
    if (isLate) await kill("KILL", child.pid);
    // Nobody else runs as that account; a test that runs as itself has only the one child.
    if (account.uid !== Deno.uid()) await kill("KILL", -1);
    await child.ended;
    return isLate ? "killed" : "ended";
  }
}

/**
 * A port that nobody takes until the server listens, a migration later: the kernel gives those that
 * it chooses (`ip_local_port_range`, from 32768 on) to the next connection of anyone, and those of
 * this range are nobody's by custom. Two updaters at once, as tests have them, look far from each
 * other.
 */
function freeLoopbackPort(): number {
  for (let at = Deno.pid * 101;; at++) {
    const port = 12_000 + at % 7_000;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
