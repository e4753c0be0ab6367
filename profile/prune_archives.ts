/**
 * Which archives are old enough to go. The newest never is.
 *
 * @module
 */
import type { Logger } from "../core/log.ts";
import { type ArchiveDirectory, listArchives } from "./list_archives.ts";

const DAY_MS = 86_400_000;

/**
 * Decides.
 *
 * @param directory What there is.
 * @param nowMs Now, in milliseconds since the epoch.
 * @param retentionDays How long an archive stays, in days.
 * @returns Names of files to remove; an archive before its digest.
 */
export function planPrune(
  directory: ArchiveDirectory,
  nowMs: number,
  retentionDays: number,
): readonly string[] {
  const old = directory.archives.slice(1).filter(({ madeMs }) =>
    madeMs < nowMs - retentionDays * DAY_MS
  );
  return [
    ...old.flatMap(({ name, hasDigest }) => hasDigest ? [name, `${name}.sha256`] : [name]),
    ...directory.orphans,
  ];
}

/** Removes what {@linkcode planPrune} names; gives back how many files. */
export async function pruneArchives(
  backupDir: string,
  nowMs: number,
  retentionDays: number,
  log: Logger,
): Promise<number> {
  const plan = planPrune(await listArchives(backupDir), nowMs, retentionDays);
  for (const name of plan) {
    await Deno.remove(`${backupDir}/${name}`);
    log.info(`removed old backup ${backupDir}/${name}`);
  }
  return plan.length;
}
