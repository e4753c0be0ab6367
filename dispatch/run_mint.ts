/**
 * Makes a credential for one account, as that account and with the t3 of its own instance.
 *
 * Every `t3 auth` migrates the database it opens to its own version: with a newer t3 than the one that
 * runs, signing in would break the instance. So the pointer of the instance is what is run.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import { readTrouble } from "../core/read_trouble.ts";
import { type CommandOptions, type CommandResult, runCommand } from "../core/process.ts";
import { shownValue } from "../core/text_fault.ts";
import { pairingArgs, parsePairingOutput } from "../t3/cli.ts";
import { type Account, judgeMint, NAME_RULE } from "./mint_request.ts";
import { OS_USER, parseRoutingTable } from "./routing_table.ts";

/** The exit code for a name nobody is led to. */
export const UNMAPPED_EXIT_CODE = 3;

const SETPRIV = "/usr/bin/setpriv";

/** What the mint needs of the machine. */
export interface MintEffects {
  /** Reads a file. */
  readonly readText: (path: string) => Promise<string>;
  /** Runs a command. */
  readonly run: (
    command: string,
    args: readonly string[],
    options: CommandOptions,
  ) => Promise<CommandResult>;
}

/** The machine's own. */
export const realMintEffects: MintEffects = {
  readText: (path) => Deno.readTextFile(path),
  run: runCommand,
};

/** How to mint. */
export interface RunMintOptions {
  /** The account that was asked for. */
  readonly user: string;
  /** The table of dispatch. */
  readonly tablePath: string;
  /** The machine. @default {realMintEffects} */
  readonly effects?: MintEffects;
}

/**
 * Makes a credential.
 *
 * @returns What to print: JSON with the credential.
 * @throws {Fault} With exit code 2 for a name that is invalid, 3 for one nobody is led to, 1 where t3
 * did not do it.
 */
export async function runMint(options: RunMintOptions): Promise<string> {
  const { user, tablePath, effects = realMintEffects } = options;
  // Before anything is read: what is no name is no reason to look at a file.
  if (!OS_USER.test(user)) throw refusedFault(user, "invalid", NAME_RULE);
  const table = parseRoutingTable(await read(effects, tablePath));
  if (table.kind === "invalid") {
    throw new Fault(`Cannot read "${tablePath}": ${table.faults.join("; ")}`);
  }
  const verdict = judgeMint(user, table.table, await read(effects, "/etc/passwd"));
  if (verdict.kind !== "allowed") throw refusedFault(user, verdict.kind, verdict.text);
  const { code, stdout, stderr } = await runAs(effects, verdict.account);
  if (code !== 0) {
    const said = stderr.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
    throw new Fault(`Cannot mint for ${user}: t3 ended with ${code}: ${said}`);
  }
  const output = parsePairingOutput(stdout);
  if (output.kind === "invalid") throw new Fault(`Cannot mint for ${user}: ${output.text}`);
  return `${JSON.stringify({ credential: output.credential.reveal() })}\n`;
}

function refusedFault(user: string, kind: "invalid" | "unmapped", text: string): Fault {
  const exitCode = kind === "unmapped" ? UNMAPPED_EXIT_CODE : 2;
  const shown = shownValue(user);
  return new Fault(`Cannot mint for ${shown}: ${text}`, { code: "usage", exitCode });
}

async function read({ readText }: MintEffects, path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    throw new Fault(`Cannot read "${path}": ${readTrouble(error, path)}`, { cause: error });
  }
}

async function runAs(
  { run }: MintEffects,
  { user, uid, gid }: Account,
): Promise<CommandResult> {
  const home = `/home/${user}`;
  const args = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--init-groups",
    "--inh-caps=-all",
    "--no-new-privs",
    "--",
    `/opt/t3/instances/${user}/bin/t3`,
    ...pairingArgs(`${home}/.t3`),
  ];
  try {
    return await run(SETPRIV, args, {
      deadlineMs: 25_000,
      clearEnv: true,
      env: {
        HOME: home,
        USER: user,
        LOGNAME: user,
        LANG: "C.UTF-8",
        PATH: "/opt/hearth/node/current/bin:/usr/local/bin:/usr/bin:/bin",
      },
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new Fault(`Cannot mint for ${user}: ${errorText(error)}`, { cause: error });
  }
}
