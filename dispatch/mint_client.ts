/**
 * Asks the mint program for a credential: it is the one thing dispatch may do as somebody else.
 *
 * It is asked through sudo, or over a socket where a unit's sandbox leaves no way for sudo.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { Permits } from "../core/permits.ts";
import { runCommand } from "../core/process.ts";
import type { Secret } from "../core/secret.ts";
import { parsePairingOutput } from "../t3/cli.ts";
import { askMintSocket, type SocketAnswer } from "./mint_socket.ts";

/** A credential, or why there is none. */
export type MintResult =
  | { readonly kind: "credential"; readonly credential: Secret }
  | { readonly kind: "failed"; readonly text: string };

/** Makes a credential for one account. */
export type Mint = (user: string) => Promise<MintResult>;

/** How to mint. */
export interface MintOptions {
  /** The command, to which the account's name is added; or the socket. */
  readonly way: { readonly command: readonly string[] } | { readonly socket: string };
  /** The longest a mint may take, and the longest wait for its turn, in milliseconds. */
  readonly deadlineMs: number;
  /** How many may run at the same time: each starts a t3 of its own. */
  readonly atOnce: number;
}

/** Makes a mint out of a command or a socket. */
export function createMint({ way, deadlineMs, atOnce }: MintOptions): Mint {
  const permits = new Permits(atOnce);
  return async (user) => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), deadlineMs);
    const release = await permits.acquire(late.signal);
    clearTimeout(timer);
    if (release === undefined) return { kind: "failed", text: "too many others wait" };
    try {
      const answer = "socket" in way
        ? await askMintSocket(way.socket, user, deadlineMs)
        : await runMintCommand(way.command, user, deadlineMs);
      if (answer.kind === "failed") return answer;
      const output = parsePairingOutput(answer.text);
      return output.kind === "credential" ? output : { kind: "failed", text: output.text };
    } finally {
      release();
    }
  };
}

async function runMintCommand(
  [program = "", ...args]: readonly string[],
  user: string,
  deadlineMs: number,
): Promise<SocketAnswer> {
  try {
    const { code, stdout, stderr } = await runCommand(program, [...args, user], { deadlineMs });
    if (code === 0) return { kind: "answer", text: stdout };
    const said = stderr.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
    return { kind: "failed", text: `the mint ended with ${code}: ${said}` };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return { kind: "failed", text: errorText(error) };
  }
}
