/**
 * What `refresh` reads from its environment, and the paths that follow from it.
 *
 * @module
 */
import { z } from "zod";
import { type EnvReader, readEnv, textVariable } from "../../core/env.ts";
import { Fault } from "../../core/fault.ts";

const URL_RULE = "must be the http: or https: URL of a snapshot, without a user or password";
const HOME_PATH_RULE = 'must be an absolute path, or begin with "~/"';

/** The variables of `refresh`. */
export const REFRESH_ENV: z.ZodObject<{
  PLAYWRIGHT_SNAPSHOT_URL: z.ZodType<URL>;
  PLAYWRIGHT_SNAPSHOT_TOKEN: z.ZodType<string>;
  PLAYWRIGHT_SNAPSHOT_PATH: z.ZodType<string>;
  CREDENTIALS_DIRECTORY: z.ZodType<string | undefined>;
  HOME: z.ZodType<string | undefined>;
}> = z.object({
  PLAYWRIGHT_SNAPSHOT_URL: z.string(URL_RULE).refine(isSnapshotUrl, URL_RULE)
    .transform((text) => new URL(text))
    .describe("where the snapshot is, such as https://chrome.example.com/api/snapshot (required)"),
  PLAYWRIGHT_SNAPSHOT_TOKEN: homePathVariable(
    "the file with the bearer token",
    "~/.config/playwright/token",
  ),
  PLAYWRIGHT_SNAPSHOT_PATH: homePathVariable(
    "the local copy",
    "~/.cache/playwright-shared-storage-state.json",
  ),
  CREDENTIALS_DIRECTORY: textVariable("set by systemd; the token is then its file token"),
  HOME: textVariable('what "~" stands for'),
});

/** Where to fetch from and where to write to. */
export interface RefreshConfig {
  /** The snapshot's address. */
  readonly url: URL;
  /** The file with the bearer token. */
  readonly tokenPath: string;
  /** The local copy. */
  readonly targetPath: string;
}

/**
 * Reads the variables and resolves the paths.
 *
 * @param env Where to look the variables up.
 * @throws {Fault} With code `config`, naming what is wrong.
 */
export function readRefreshEnv(env: EnvReader): RefreshConfig {
  const values = readEnv(REFRESH_ENV, env);
  const credentials = values.CREDENTIALS_DIRECTORY;
  return {
    url: values.PLAYWRIGHT_SNAPSHOT_URL,
    tokenPath: credentials === undefined
      ? fromHome("PLAYWRIGHT_SNAPSHOT_TOKEN", values.PLAYWRIGHT_SNAPSHOT_TOKEN, values.HOME)
      : `${credentials}/token`,
    targetPath: fromHome("PLAYWRIGHT_SNAPSHOT_PATH", values.PLAYWRIGHT_SNAPSHOT_PATH, values.HOME),
  };
}

function homePathVariable(description: string, fallback: string): z.ZodType<string> {
  return z.string().regex(/^(~\/|\/)[^\0]*[^\0/]$/, HOME_PATH_RULE)
    .prefault(fallback).describe(description);
}

function isSnapshotUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  // fetch refuses a URL with a password, and the password would end up in logs.
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

function fromHome(name: string, path: string, home: string | undefined): string {
  if (!path.startsWith("~/")) return path;
  if (home !== undefined) return `${home}${path.slice(1)}`;
  throw new Fault(`Cannot resolve ${name} "${path}": HOME is not set`, { code: "config" });
}
