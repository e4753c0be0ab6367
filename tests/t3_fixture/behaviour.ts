/**
 * How a t3 of some build behaves: which era it is of, and what is wrong with it.
 *
 * A behaviour is fixed when a package is made (`behaviour.json` beside the program). A running
 * server reads `<base-dir>/switches.json` at every request and start, so that a test can change
 * its mind about a server that runs; what stands there replaces the package's values.
 *
 * @module
 */
import { readFileSync } from "node:fs";

/** One entry of the ledger and what it does to the database. */
export interface Migration {
  /** Its number. */
  readonly id: number;
  /** Its name; real builds have used one number for two names. */
  readonly name: string;
  /** What it runs. */
  readonly sql: readonly string[];
}

/** Everything that can differ between two builds. */
export interface Behaviour {
  /** The version of the build. */
  version: string;
  /** What `--version` prints instead. */
  printedVersion?: string;
  /** What stands before the version in `t3 --version`. */
  versionPrefix: "" | "v" | "t3 v";
  /** What `/.well-known/t3/environment` says instead of the version. */
  reportedVersion?: string;
  /** The name of the pairing endpoint; the other one answers 404. */
  pairingEndpoint: "/api/auth/browser-session" | "/api/auth/bootstrap";
  /**
   * How the session cookie is called: always `t3_session`; with port and state directory where it
   * listens on loopback; or with the environment's id, the old name being accepted and set anew.
   */
  cookieEra: "plain" | "port" | "environment";
  /** Whether a pairing sets the cookie; without it the credential is spent all the same. */
  setsCookie: boolean;
  /** The highest number of the usual migrations this build knows; below 31 sessions have roles. */
  schema: number;
  /** Migrations of this build alone, in the order of their numbers. */
  extraMigrations: readonly Migration[];
  /** How long the migrations take, in milliseconds, where there are any to run. */
  migrationMs: number;
  /** Whether it copies `state.sqlite` to `statev2.sqlite` at first and writes only there. */
  isV2: boolean;
  /** Whether it starts: it listens, it ends at once, or it lives on until this is changed. */
  start: "listens" | "exits" | "never_listens";
  /** How long it takes until it listens, in milliseconds. */
  listenMs: number;
  /** How long it lives after it began to listen, in milliseconds; then it exits with 1. */
  livesMs?: number;
  /** A file in its base directory: it exits with 1 once that is there. */
  diesBeside?: string;
  /** How often a row is committed while it runs, in milliseconds; not at all where it is not given. */
  writeEveryMs?: number;
  /** Whether it ends when it is asked to. */
  stop: "graceful" | "hangs";
  /** The status of every answer instead of the real one. */
  status?: number;
  /** How long it thinks before each answer, in milliseconds, or until this is changed. */
  answerMs: number;
  /** What comes of a WebSocket: an echo, a 500, or nothing at all. */
  webSocket: "echo" | "refused" | "silent";
  /** Whether it can still read the rows older builds wrote. */
  readsOldRows: boolean;
  /** Pairing answers 500 where a thread of this title exists. */
  pairsUnlessThread?: string;
}

/** A build that is good in every way. */
export const GOOD: Behaviour = {
  version: "0.0.34",
  versionPrefix: "t3 v",
  pairingEndpoint: "/api/auth/browser-session",
  cookieEra: "port",
  setsCookie: true,
  schema: 34,
  extraMigrations: [],
  migrationMs: 0,
  isV2: false,
  start: "listens",
  listenMs: 0,
  stop: "graceful",
  answerMs: 0,
  webSocket: "echo",
  readsOldRows: true,
};

/** The file in an instance's base directory that overrides the package. */
export const SWITCHES = "switches.json";

/**
 * The behaviour of this package in one base directory.
 *
 * @param packageUrl The URL of the program, beside which `behaviour.json` stands; without that
 * file the build is good.
 * @param baseDir Where the switches are.
 */
export function readBehaviour(packageUrl: string, baseDir?: string): Behaviour {
  const fixed = readJson(new URL("./behaviour.json", packageUrl));
  const switched = baseDir === undefined ? {} : readJson(`${baseDir}/${SWITCHES}`);
  return { ...GOOD, ...fixed, ...switched };
}

function readJson(path: string | URL): Partial<Behaviour> {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return {};
    throw error;
  }
}
