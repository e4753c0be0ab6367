/**
 * The updater's settings: its environment, and the paths a box has.
 *
 * @module
 */
import { z } from "zod";
import {
  choiceVariable,
  type EnvReader,
  integerVariable,
  pathVariable,
  readEnv,
  textVariable,
  urlVariable,
} from "../core/env.ts";
import { isVersion, type Track, TRACKS } from "./version.ts";

const pin = z.string().refine((text) => isVersion(text), "must be an exact version").optional()
  .describe("exactly this version, and no other; also backward");

const SOURCES = ["npm", "releases"] as const;

const ENV = z.object({
  T3_TRACK: choiceVariable(TRACKS, "nightly", "the channel to follow: a tag of the package"),
  T3_PIN: pin as z.ZodType<string | undefined>,
  T3_SOURCE: choiceVariable(
    SOURCES,
    "npm",
    "where builds come from: a package of a registry, or archives of a repository's releases",
  ),
  T3_PACKAGE: textVariable("the package that is t3", "t3"),
  T3_REGISTRY: urlVariable("the registry; without it npm's own setting"),
  T3_RELEASES: urlVariable(
    "the list of releases, as GitHub's API tells it",
    "https://api.github.com/repos/pingdotgg/t3code/releases",
  ),
  T3_MIN_AGE_HOURS: hours(12, "how old a build must be, in hours"),
  T3_SOAK_SECONDS: seconds(600, "how long a build must run well, in seconds"),
  T3_MIGRATE_QUIET_SECONDS: seconds(900, "how long an idle user must have been quiet, in seconds"),
  T3_DEFER_MAX_HOURS: hours(72, "how long a user may wait before it is an alarm, in hours"),
  T3_BACKUP_DEST: pathVariable("where copies of users' data go", "/var/backups/t3-state"),
  T3_BACKUP_KEEP: integerVariable({
    fallback: 6,
    min: 1,
    max: 1_000,
    description: "nightly copies kept of each user",
  }),
  T3_BACKUP_TIMEOUT: seconds(900, "the longest one copy may take, in seconds"),
  T3_VERSIONS_KEEP: integerVariable({
    fallback: 3,
    min: 1,
    max: 50,
    description: "earlier versions kept ready to go back to",
  }),
  T3_TMPDIR: pathVariable(
    "scratch for the gate, on a disk that holds three times the largest database",
    "/var/tmp",
  ),
  T3_STATE_DIR: pathVariable("the journal, the history and the metrics", "/var/lib/t3-autoupdate"),
  T3_FREEZE_FILE: pathVariable(
    "the brake: while it exists nothing is updated",
    "/etc/t3-autoupdate.freeze",
  ),
  T3_DISPATCH: urlVariable("the front door", "http://127.0.0.1:3780"),
  T3_DISPATCH_FILE: pathVariable("who has which instance", "/etc/t3-serve/dispatch.json"),
  T3_INGRESS_TOKEN_FILE: pathVariable(
    "the token that the front door wants of whoever says who somebody is, where there is one",
    "/etc/credstore/t3-dispatch-ingress",
  ),
  T3_ROOT: pathVariable("versions and pointers", "/opt/t3"),
  T3_NODE_DIR: pathVariable(
    "the Node that t3 runs on: node and npm",
    "/opt/hearth/node/current/bin",
  ),
  T3_GATE_USER: textVariable("the account the gate and npm run as", "t3-gate"),
  T3_UNIT: textVariable("the instances' unit, before the user's name", "t3-serve@"),
  T3_TEXTFILE: pathVariable(
    "a file for node_exporter's textfile collector, beside the state's own",
  ),
});

/** The variables `autoupdate.ts` reads. */
export const AUTOUPDATE_ENV: z.ZodObject = ENV;

/** The settings as values; what each is for is in {@linkcode AUTOUPDATE_ENV}. */
export interface Config {
  /** `T3_TRACK`. */
  readonly track: Track;
  /** `T3_PIN`. */
  readonly pin: string | undefined;
  /** `T3_SOURCE`. */
  readonly source: typeof SOURCES[number];
  /** `T3_PACKAGE`. */
  readonly packageName: string;
  /** `T3_REGISTRY`. */
  readonly registry: URL | undefined;
  /** `T3_RELEASES`. */
  readonly releases: URL;
  /** `T3_MIN_AGE_HOURS`, in milliseconds. */
  readonly minAgeMs: number;
  /** `T3_SOAK_SECONDS`, in milliseconds. */
  readonly soakMs: number;
  /** `T3_MIGRATE_QUIET_SECONDS`, in milliseconds. */
  readonly quietMs: number;
  /** `T3_DEFER_MAX_HOURS`, in milliseconds. */
  readonly deferMaxMs: number;
  /** `T3_BACKUP_DEST`. */
  readonly backupDir: string;
  /** `T3_BACKUP_KEEP`. */
  readonly backupKeep: number;
  /** `T3_BACKUP_TIMEOUT`, in milliseconds. */
  readonly backupDeadlineMs: number;
  /** `T3_VERSIONS_KEEP`. */
  readonly versionsKeep: number;
  /** `T3_TMPDIR`. */
  readonly scratchDir: string;
  /** `T3_STATE_DIR`. */
  readonly stateDir: string;
  /** `T3_FREEZE_FILE`. */
  readonly freezeFile: string;
  /** `T3_DISPATCH`. */
  readonly dispatch: URL;
  /** `T3_DISPATCH_FILE`. */
  readonly dispatchFile: string;
  /** `T3_INGRESS_TOKEN_FILE`. */
  readonly ingressTokenFile: string;
  /** Versions, below `T3_ROOT`. */
  readonly versionsDir: string;
  /** Pointers, below `T3_ROOT`. */
  readonly instancesDir: string;
  /** `T3_NODE_DIR`. */
  readonly nodeDir: string;
  /** `T3_GATE_USER`. */
  readonly gateUser: string;
  /** `T3_UNIT`. */
  readonly unit: string;
  /** `T3_TEXTFILE`. */
  readonly textfile: string | undefined;
}

/** Reads them, with every fault at once. */
export function readConfig(env: EnvReader): Config {
  const read = readEnv(ENV, env);
  return {
    track: read.T3_TRACK,
    pin: read.T3_PIN,
    source: read.T3_SOURCE,
    packageName: read.T3_PACKAGE,
    registry: read.T3_REGISTRY,
    releases: read.T3_RELEASES,
    minAgeMs: read.T3_MIN_AGE_HOURS * 3_600_000,
    soakMs: read.T3_SOAK_SECONDS * 1_000,
    quietMs: read.T3_MIGRATE_QUIET_SECONDS * 1_000,
    deferMaxMs: read.T3_DEFER_MAX_HOURS * 3_600_000,
    backupDir: read.T3_BACKUP_DEST,
    backupKeep: read.T3_BACKUP_KEEP,
    backupDeadlineMs: read.T3_BACKUP_TIMEOUT * 1_000,
    versionsKeep: read.T3_VERSIONS_KEEP,
    scratchDir: read.T3_TMPDIR,
    stateDir: read.T3_STATE_DIR,
    freezeFile: read.T3_FREEZE_FILE,
    dispatch: read.T3_DISPATCH,
    dispatchFile: read.T3_DISPATCH_FILE,
    ingressTokenFile: read.T3_INGRESS_TOKEN_FILE,
    versionsDir: `${read.T3_ROOT}/versions`,
    instancesDir: `${read.T3_ROOT}/instances`,
    nodeDir: read.T3_NODE_DIR,
    gateUser: read.T3_GATE_USER,
    unit: read.T3_UNIT,
    textfile: read.T3_TEXTFILE,
  };
}

function seconds(fallback: number, description: string): z.ZodType<number> {
  return integerVariable({ fallback, min: 0, max: 604_800, description });
}

function hours(fallback: number, description: string): z.ZodType<number> {
  return integerVariable({ fallback, min: 0, max: 8_760, description });
}
