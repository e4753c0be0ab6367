/**
 * What the backup program reads from its environment.
 *
 * @module
 */
import { z } from "zod";
import { integerVariable, pathVariable, textVariable } from "../core/env.ts";

/** Its variables. */
export const BACKUP_ENV: z.ZodObject<{
  BACKUP_ROOT: z.ZodType<string>;
  BACKUP_DIR: z.ZodType<string>;
  BACKUP_SCRATCH_DIR: z.ZodType<string>;
  BACKUP_RETENTION_DAYS: z.ZodType<number>;
  BACKUP_RECIPIENT: z.ZodType<string | undefined>;
  BACKUP_IDENTITY_FILE: z.ZodType<string | undefined>;
  BACKUP_CHROMIUM: z.ZodType<string>;
  BACKUP_CDP_PORT: z.ZodType<number>;
}> = z.object({
  BACKUP_ROOT: pathVariable("the volume, with chromium-data and snapshots", "/profile"),
  BACKUP_DIR: pathVariable("where the archives are", "/backup"),
  BACKUP_SCRATCH_DIR: pathVariable(
    "where an archive is unpacked to be verified, and files are copied before they are encrypted",
    "/tmp",
  ),
  BACKUP_RETENTION_DAYS: integerVariable({
    fallback: 30,
    min: 1,
    max: 36_500,
    description: "days an archive is kept; the newest is kept for ever",
  }),
  BACKUP_RECIPIENT: textVariable("an age public key to encrypt to; none: not encrypted"),
  BACKUP_IDENTITY_FILE: pathVariable("the file with the age identity, to read encrypted archives"),
  BACKUP_CHROMIUM: pathVariable("the Chromium to verify with", "/usr/bin/chromium"),
  BACKUP_CDP_PORT: integerVariable({
    fallback: 9_227,
    min: 1,
    max: 65_535,
    description: "a port of 127.0.0.1 for it",
  }),
});

/** The backup program's configuration. */
export type BackupEnv = z.output<typeof BACKUP_ENV>;
