/**
 * Who has which copy of the snapshot: the users of a dev box, and the pipeline on this machine.
 *
 * @module
 */
import { z } from "zod";
import { runCommand } from "../../core/process.ts";
import { isOutOfReach } from "../out_of_reach.ts";
import type { CopyStatus } from "./pipeline_status.ts";

const USERS = z.object({
  users: z.array(z.object({
    user: z.string(),
    snapshot: z.object({ follower: z.string(), age_seconds: z.number().nullable() }),
  })),
});

/**
 * Asks the provisioner for the users of a box; it runs under its own permission set.
 *
 * @param root Where `provision.ts` is, with a slash at its end.
 * @param config Where `roster.yaml` and its companions are.
 */
export async function gatherUserCopies(
  root: string,
  config: string,
): Promise<readonly CopyStatus[]> {
  const { stdout } = await runCommand("/usr/bin/setpriv", [
    ...["--pdeathsig", "TERM", "--", Deno.execPath()],
    ...["run", "-q", "--no-prompt", "--cached-only", "--frozen", "-P=provision"],
    ...[`--config=${root}deno.json`, `${root}provision.ts`],
    ...["status", "--json", "--config", config],
  ], { deadlineMs: 60_000, detached: true });
  return parseUserCopies(stdout);
}

/** Reads what it printed; nobody where it said why it cannot tell. */
export function parseUserCopies(text: string): readonly CopyStatus[] {
  const users = USERS.safeParse(readJson(text)).data?.users ?? [];
  return users.map(({ user, snapshot: { age_seconds, follower } }) => ({
    ...{ user, age_seconds, follower },
  }));
}

/**
 * The copy of the pipeline on this machine.
 *
 * @param path The copy.
 * @param nowMs Milliseconds since the epoch.
 */
export async function gatherOwnCopy(path: string, nowMs: number): Promise<readonly CopyStatus[]> {
  try {
    const { mtime } = await Deno.lstat(path);
    const age_seconds = mtime === null
      ? null
      : Math.max(0, Math.round((nowMs - mtime.getTime()) / 1_000));
    return [{ user: "this pipeline", age_seconds, follower: null }];
  } catch (error) {
    if (isOutOfReach(error)) return [];
    throw error;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It printed a sentence on its standard error instead.
    return undefined;
  }
}
