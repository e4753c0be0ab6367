/**
 * What the browser asks of the machine it runs on.
 *
 * Deno refuses `/proc` and signals to foreign processes to any program without all permissions,
 * so these questions go through the one program this one may start, `setpriv`.
 *
 * @module
 */
import { runCommand } from "../core/process.ts";
import type { SandboxFacts } from "./sandbox.ts";

const SETPRIV = "/usr/bin/setpriv";
const SETUID_HELPER = "/usr/lib/chromium/chrome-sandbox";

/** The questions. */
export interface Machine {
  /** Which of these paths exist. */
  existing(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** A process's command line, or `undefined` where there is no such process. */
  commandOf(pid: number): Promise<readonly string[] | undefined>;
  /** What {@linkcode SandboxFacts} asks. */
  sandboxFacts(): Promise<SandboxFacts>;
  /** Kills what is left of a process group; one that is gone is fine. */
  killGroup(leaderPid: number): Promise<void>;
}

/** The real machine. */
export const realMachine: Machine = {
  async existing(paths) {
    const { stdout } = await ask(["/usr/bin/stat", "-L", "--format=%n", "--", ...paths]);
    return new Set(stdout.split("\n").filter((line) => line !== ""));
  },
  async commandOf(pid) {
    const { stdout } = await ask(["/usr/bin/cat", `/proc/${pid}/cmdline`]);
    // A zombie has an empty command line, and holds nothing.
    return stdout === "" ? undefined : stdout.replace(/\0$/, "").split("\0");
  },
  async sandboxFacts() {
    const [trial, helper, limit, apparmor] = await Promise.all([
      ask([
        "/usr/bin/unshare",
        "--map-root-user",
        "--pid",
        "--net",
        "--fork",
        "--root=/",
        "/usr/bin/true",
      ]),
      ask(["/usr/bin/stat", "--format=%a %u", SETUID_HELPER]),
      ask(["/usr/bin/cat", "/proc/sys/user/max_user_namespaces"]),
      ask(["/usr/bin/cat", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"]),
    ]);
    return {
      isRoot: Deno.uid() === 0,
      hasUserNamespaces: trial.code === 0,
      hasSetuidHelper: /^4\d\d5 0$/.test(helper.stdout.trim()),
      maxUserNamespaces: limit.code === 0 ? Number(limit.stdout) : undefined,
      apparmorRestrictsUserns: apparmor.code === 0 ? apparmor.stdout.trim() === "1" : undefined,
    };
  },
  async killGroup(leaderPid) {
    // A shell, because util-linux has no kill(1) in Debian.
    await ask(["/bin/sh", "-c", 'kill -s KILL -- "-$1"', "sh", String(leaderPid)]);
  },
};

function ask(command: readonly string[]): ReturnType<typeof runCommand> {
  return runCommand(SETPRIV, ["--", ...command], { deadlineMs: 10_000, env: { LC_ALL: "C" } });
}
