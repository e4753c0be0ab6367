/**
 * What the snapshot's server says to those who have a token here.
 *
 * Each question is a child that may reach that one server and read that one token.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { SnapshotAnswer, SnapshotFact } from "../facts.ts";
import { type Identity, runTool } from "./run_tool.ts";

/** Whose copy is to be asked for. */
export interface CopyHolder {
  /** The user. */
  readonly user: string;
  /** Whom to be while the copy is read; nothing where it is one's own. */
  readonly as?: Identity | undefined;
  /** The server's address. */
  readonly url: string;
  /** Who keeps the copy fresh. */
  readonly follower: string;
  /** The file with the token. */
  readonly tokenPath: string;
  /** The copy. */
  readonly copyPath: string;
  /** Whether the server is a part of the pipeline on this machine. */
  readonly isPipeline: boolean;
}

const ANSWER = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("failed"), error: z.string() }),
  z.object({
    kind: z.literal("answered"),
    status: z.number(),
    dateMs: z.number().optional(),
    atMs: z.number(),
    ageMs: z.number().optional(),
  }),
]);

/** Asks for everybody at once. */
export function gatherSnapshots(holders: readonly CopyHolder[]): Promise<readonly SnapshotFact[]> {
  return Promise.all(holders.map(async (holder) => {
    const { user, url, follower, tokenPath, isPipeline } = holder;
    return { user, url, follower, tokenPath, isPipeline, answer: await ask(holder) };
  }));
}

async function ask({ url: text, tokenPath, copyPath, as }: CopyHolder): Promise<SnapshotAnswer> {
  const url = URL.parse(text);
  if (url === null) return { kind: "failed", error: "it is no address" };
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port;
  const digest = await digestOf(copyPath, as);
  const script = fileURLToPath(new URL("./ask_snapshot.ts", import.meta.url));
  const { code, stdout, stderr } = await runTool(Deno.execPath(), [
    ...["run", "-q", "--no-prompt", "--no-config", "--no-lock"],
    ...[`--allow-net=${url.hostname}:${port}`, `--allow-read=${tokenPath}`],
    ...[script, url.href, tokenPath, digest ?? ""],
  ]);
  if (code !== 0) {
    return { kind: "failed", error: stderr.trim().split("\n").at(-1) ?? `exit code ${code}` };
  }
  const answer = ANSWER.parse(JSON.parse(stdout));
  if (answer.kind === "failed") return answer;
  const { dateMs, ageMs } = answer;
  return { ...answer, dateMs, ageMs, hasCopy: digest !== undefined };
}

/** Read as its owner, since a link in a home can lead anywhere. */
async function digestOf(path: string, as: Identity | undefined): Promise<string | undefined> {
  const { code, stdout } = await runTool("/usr/bin/sha256sum", ["--", path], { as });
  return code === 0 ? /^\\?([0-9a-f]{64})/.exec(stdout)?.[1] : undefined;
}
