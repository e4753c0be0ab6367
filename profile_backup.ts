#!/usr/bin/env -S deno run -q --no-prompt -P=profile_backup
/**
 * Consistent archives of the profile, verified, and their restore.
 *
 * @module
 */
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand } from "./core/command.ts";
import { readEnv } from "./core/env.ts";
import { type ProgramContext, runProgram } from "./core/program.ts";
import { runSubcommand, type Subcommand } from "./core/subcommands.ts";
import { BACKUP_ENV, type BackupEnv } from "./profile/backup_env.ts";
import { createArchive } from "./profile/create_archive.ts";
import { findArchive } from "./profile/find_archive.ts";
import { archivesText, listArchives } from "./profile/list_archives.ts";
import { pruneArchives } from "./profile/prune_archives.ts";
import { restoreProfile } from "./profile/restore_profile.ts";
import type { UnnamedArchive } from "./profile/unpack_archive.ts";
import { verifyArchive, type VerifyOptions } from "./profile/verify_archive.ts";

const COMMANDS: Readonly<Record<string, Subcommand>> = {
  create: { does: "archive the profile and its snapshots; the browser may run", run: create },
  list: { does: "which archives there are", run: list },
  verify: { does: "unpack an archive and open it with a Chromium", run: verify },
  restore: {
    does: "put an archive in the profile's place, with the browser stopped",
    run: restore,
  },
  prune: { does: "remove what is older than BACKUP_RETENTION_DAYS", run: prune },
};
const EXIT_CODES = { 0: "done", 1: "failed; nothing was lost", 2: "bad usage or configuration" };

await runProgram("profile_backup", (context) =>
  runSubcommand(context, {
    name: "profile_backup",
    description: "Archives of the warm browser's profile: made, verified, restored.",
    commands: COMMANDS,
    examples: [
      ["profile_backup create --verify --prune", "what the CronJob does"],
      ["profile_backup list", "which archives there are"],
      ["profile_backup verify latest", "unpack it and open it with a Chromium"],
      ["profile_backup restore 2026_06_04_18_23_05.tar.gz", "with the browser stopped"],
      ["profile_backup prune", "remove what is older than BACKUP_RETENTION_DAYS"],
    ],
    env: BACKUP_ENV,
    exitCodes: EXIT_CODES,
  }));

async function create({ args, env, log }: ProgramContext): Promise<void> {
  const command = defineCommand({
    name: "profile_backup create",
    description: "Archive the profile and its snapshots; the browser may run.",
    examples: [["profile_backup create", "one archive, named after the moment"]],
    exitCodes: EXIT_CODES,
  })
    .option("--verify", "open it with a Chromium before it gets its name")
    .option("--prune", "then remove what is older than BACKUP_RETENTION_DAYS");
  if (parseCommand(command, args) === "done") return;
  const { verify: isVerified, prune: isPruned } = command.opts();
  const settings = readEnv(BACKUP_ENV, env);
  await createArchive({
    root: settings.BACKUP_ROOT,
    backupDir: settings.BACKUP_DIR,
    recipient: settings.BACKUP_RECIPIENT,
    scratchDir: settings.BACKUP_SCRATCH_DIR,
    clock: systemClock,
    log,
    ...(isVerified
      ? {
        check: async (path: string, unnamed: UnnamedArchive) => {
          await verifyArchive({ ...verifyOptions(settings, path, log), unnamed });
        },
      }
      : {}),
  });
  if (isPruned) await pruneOld(settings, log);
}

async function list({ args, env, print }: ProgramContext): Promise<void> {
  const command = defineCommand({
    name: "profile_backup list",
    description: "Show the archives, newest first.",
    examples: [["profile_backup list --json", "for a machine"]],
    exitCodes: EXIT_CODES,
  }).option("--json", "as JSON");
  if (parseCommand(command, args) === "done") return;
  const { archives } = await listArchives(readEnv(BACKUP_ENV, env).BACKUP_DIR);
  print(command.opts().json ? `${JSON.stringify(archives)}\n` : archivesText(archives));
}

async function verify({ args, env, log }: ProgramContext): Promise<void> {
  const command = defineCommand({
    name: "profile_backup verify",
    description: "Unpack an archive into a scratch directory and open it with a Chromium.",
    examples: [["profile_backup verify", "the latest"]],
    exitCodes: EXIT_CODES,
  }).argument("[archive]", "a name, a path, or latest", "latest");
  if (parseCommand(command, args) === "done") return;
  const settings = readEnv(BACKUP_ENV, env);
  const path = await findArchive(settings.BACKUP_DIR, String(command.processedArgs[0]));
  await verifyArchive(verifyOptions(settings, path, log));
}

async function restore({ args, env, log }: ProgramContext): Promise<void> {
  const command = defineCommand({
    name: "profile_backup restore",
    description: "Put an archive in the profile's place; what was there is kept under replaced/.",
    examples: [["profile_backup restore latest", "with the browser stopped"]],
    exitCodes: EXIT_CODES,
  }).argument("<archive>", "a name, a path, or latest");
  if (parseCommand(command, args) === "done") return;
  const settings = readEnv(BACKUP_ENV, env);
  await restoreProfile({
    path: await findArchive(settings.BACKUP_DIR, String(command.processedArgs[0])),
    root: settings.BACKUP_ROOT,
    uid: Deno.uid() ?? -1,
    identityFile: settings.BACKUP_IDENTITY_FILE,
    clock: systemClock,
    log,
  });
}

async function prune({ args, env, log }: ProgramContext): Promise<void> {
  const command = defineCommand({
    name: "profile_backup prune",
    description: "Remove archives older than BACKUP_RETENTION_DAYS, but never the newest.",
    examples: [["profile_backup prune", "as create --prune does"]],
    exitCodes: EXIT_CODES,
  });
  if (parseCommand(command, args) === "done") return;
  await pruneOld(readEnv(BACKUP_ENV, env), log);
}

async function pruneOld(settings: BackupEnv, log: ProgramContext["log"]): Promise<void> {
  const { BACKUP_DIR: backupDir, BACKUP_RETENTION_DAYS: days } = settings;
  await pruneArchives(backupDir, systemClock.now(), days, log);
}

function verifyOptions(
  settings: BackupEnv,
  path: string,
  log: ProgramContext["log"],
): VerifyOptions {
  return {
    path,
    scratchDir: settings.BACKUP_SCRATCH_DIR,
    chromium: settings.BACKUP_CHROMIUM,
    port: settings.BACKUP_CDP_PORT,
    identityFile: settings.BACKUP_IDENTITY_FILE,
    clock: systemClock,
    log,
  };
}
