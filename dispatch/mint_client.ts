/**
 * Asks the mint program for a credential, through sudo: it is the one thing dispatch may do as
 * somebody else.
 *
 * @module
 */
import { Permits } from "../core/permits.ts";
import { errorText } from "../core/error_text.ts";
import { type CommandResult, runCommand } from "../core/process.ts";
import type { Secret } from "../core/secret.ts";
import { parsePairingOutput } from "../t3/cli.ts";

/** A credential, or why there is none. */
export type MintResult =
  | { readonly kind: "credential"; readonly credential: Secret }
  | { readonly kind: "failed"; readonly text: string };

/** Makes a credential for one account. */
export type Mint = (user: string) => Promise<MintResult>;

/** How to mint. */
export interface MintOptions {
  /** The command, to which the account's name is added. */
  readonly command: readonly string[];
  /** The longest a mint may take, with the wait for its turn, in milliseconds. */
  readonly deadlineMs: number;
  /** How many may run at the same time: each starts a t3 of its own. */
  readonly atOnce: number;
  /** Runs a command. @default {runCommand} */
  readonly run?: (
    command: string,
    args: readonly string[],
    options: { deadlineMs: number },
  ) => Promise<CommandResult>;
}

/** Makes a mint out of a command. */
export function createMint(options: MintOptions): Mint {
  const { command: [program = "", ...args], deadlineMs, atOnce, run = runCommand } = options;
  const permits = new Permits(atOnce);
  return async (user) => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), deadlineMs);
    const release = await permits.acquire(late.signal);
    clearTimeout(timer);
    if (release === undefined) return { kind: "failed", text: "too many others wait" };
    try {
      const { code, stdout, stderr } = await run(program, [...args, user], { deadlineMs });
      if (code !== 0) {
        const said = stderr.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
        return { kind: "failed", text: `the mint ended with ${code}: ${said}` };
      }
      const output = parsePairingOutput(stdout);
      if (output.kind === "credential") return output;
      return { kind: "failed", text: output.text };
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      return { kind: "failed", text: errorText(error) };
    } finally {
      release();
    }
  };
}
