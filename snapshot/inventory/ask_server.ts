/**
 * Asks a snapshot server for what it tells a token beside the snapshot.
 *
 * @module
 */
import { resolve } from "node:path";
import type { EnvReader } from "../../core/env.ts";
import { Fault } from "../../core/fault.ts";
import type { Secret } from "../../core/secret.ts";
import { connectionFault, statusFault } from "../refresh/fetch_fault.ts";
import { readToken } from "../refresh/read_token.ts";
import { readRefreshEnv } from "../refresh/refresh_env.ts";
import { RefreshFault } from "../refresh/refresh_fault.ts";

const DEADLINE_MS = 30_000;

/** What is asked for. */
export interface ServerQuestion<T> {
  /** The path from the snapshot's, and the command that asks for it, such as `sites`. */
  readonly path: string;
  /** What it is, for whoever is told that it is none, such as `an inventory`. */
  readonly name: string;
  /** Reads the answer; throws where it is none. */
  readonly parse: (text: string) => T;
}

/** A snapshot server, and the token for it; what is not given is as `refresh` has it. */
export interface ServerPlace {
  /** The snapshot's address. */
  readonly url?: string | undefined;
  /** The file with the token. */
  readonly tokenFile?: string | undefined;
}

/**
 * Asks.
 *
 * @param question What for.
 * @param place Where.
 * @param env Where the address and the token's file are otherwise, as `refresh` reads them.
 * @param signal Aborted when the answer is no longer wanted.
 * @throws {Fault} When there is no answer to be had.
 */
export async function askServer<T>(
  question: ServerQuestion<T>,
  { url: given, tokenFile }: ServerPlace,
  env: EnvReader,
  signal: AbortSignal,
): Promise<T> {
  const { url, tokenPath } = readRefreshEnv({
    get: (name) =>
      name === "PLAYWRIGHT_SNAPSHOT_URL" && given !== undefined ? given : env.get(name),
  });
  const token = await readToken(tokenFile === undefined ? tokenPath : resolve(tokenFile));
  try {
    return await fetchAnswer(question, url, token, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new Fault(
      `Cannot ask ${url.host}: the program may only reach this machine; allow it with ` +
        `"deno run -P=hearth --allow-net=${url.hostname} hearth.ts ${question.path}"`,
      { code: "config", cause: error },
    );
  }
}

async function fetchAnswer<T>(
  { path, name, parse }: ServerQuestion<T>,
  snapshotUrl: URL,
  token: Secret,
  signal: AbortSignal,
): Promise<T> {
  const url = new URL(path, snapshotUrl);
  const headers = { authorization: `Bearer ${token.reveal()}` };
  let response: Response;
  let text: string;
  try {
    const late = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
    response = await fetch(url, { headers, redirect: "manual", signal: late });
    if (response.status !== 200) throw await statusFault(url, response);
    text = await response.text();
  } catch (error) {
    if (error instanceof RefreshFault || error instanceof Deno.errors.NotCapable) throw error;
    throw connectionFault(url, error);
  }
  try {
    return parse(text);
  } catch (error) {
    throw new RefreshFault("invalid", `Cannot use what ${url} answered: it is not ${name}`, {
      cause: error,
    });
  }
}
