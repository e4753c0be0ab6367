/**
 * Running commands as somebody else: whoever owns a file touches it, never root.
 *
 * A home is its user's to change at any moment, so root follows no path in it. What runs as a user
 * starts from an empty environment and dies with the updater.
 *
 * @module
 */
import { type CommandResult, runCommand } from "../core/process.ts";

/** An account of the box. */
export interface Account {
  /** Its name. */
  readonly name: string;
  /** Its user id. */
  readonly uid: number;
  /** Its group id. */
  readonly gid: number;
  /** Its home. */
  readonly home: string;
}

/**
 * Looks an account up in the text of `/etc/passwd`.
 *
 * @returns Nothing where there is none of that name.
 */
export function parseAccount(passwd: string, name: string): Account | undefined {
  for (const line of passwd.split("\n")) {
    const [login, , uid = "", gid = "", , home = ""] = line.split(":");
    if (login !== name) continue;
    if (!/^\d{1,10}$/.test(uid) || !/^\d{1,10}$/.test(gid) || !home.startsWith("/")) {
      return undefined;
    }
    return { name, uid: Number(uid), gid: Number(gid), home };
  }
  return undefined;
}

/** Reads an account of this box. */
export async function readAccount(name: string): Promise<Account> {
  const account = parseAccount(await Deno.readTextFile("/etc/passwd"), name);
  if (account === undefined) throw new Error(`there is no account "${name}"`);
  return account;
}

/** How to run something as an account. */
export interface RunAsOptions {
  /** The longest it may take, in milliseconds. @default {60000} */
  readonly deadlineMs?: number;
  /** Where it looks for programs. @default {"/usr/bin:/bin"} */
  readonly path?: string;
  /** Its home. @default {the account's} */
  readonly home?: string;
  /** More variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What to run in place of a command, so that it runs as an account. */
export function commandAs(
  account: Account,
  args: readonly string[],
  { path = "/usr/bin:/bin", home = account.home, env = {} }: RunAsOptions = {},
): { readonly command: string; readonly args: readonly string[] } {
  const variables = { PATH: path, HOME: home, USER: account.name, LANG: "C.UTF-8", ...env };
  const identity = account.uid === Deno.uid() ? [] : [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    "--init-groups",
    "--inh-caps=-all",
    "--no-new-privs",
  ];
  return {
    command: "/usr/bin/setpriv",
    args: [
      ...identity,
      "--pdeathsig=KILL",
      "--",
      "/usr/bin/env",
      "-i",
      "-C",
      "/",
      ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      ...args,
    ],
  };
}

/** Runs a command as an account, to its end. */
export async function runAs(
  account: Account,
  args: readonly string[],
  options: RunAsOptions = {},
): Promise<CommandResult> {
  const { deadlineMs = 60_000 } = options;
  // Only the account itself may kill what it runs; this program is the second line.
  const seconds = `${Math.ceil(deadlineMs / 1_000)}s`;
  const limited = ["/usr/bin/timeout", "--kill-after=5s", seconds, ...args];
  const as = commandAs(account, limited, options);
  const result = await runCommand(as.command, as.args, { deadlineMs: deadlineMs + 60_000 });
  if (result.code !== 124) return result;
  return { ...result, stderr: `${result.stderr}\nit took longer than ${seconds}` };
}

/** Runs a command as an account and gives what it printed; a failure is thrown. */
export async function demandAs(
  account: Account,
  args: readonly string[],
  options: RunAsOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runAs(account, args, options);
  if (code === 0) return stdout;
  const said = stderr.trim().split("\n").slice(-3).join("; ") || `exit code ${code}`;
  throw new Error(`${args[0]} as ${account.name}: ${said}`);
}
