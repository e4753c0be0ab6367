/**
 * Builds of t3 a test can have: one of each era that was, and every way a build has been bad.
 *
 * @example A build of the first era that never sets the cookie
 * ```ts ignore
 * build("0.0.24", ERAS.bootstrap, FLAWS.cookieMissing);
 * ```
 *
 * @module
 */
import { type Behaviour, GOOD } from "./behaviour.ts";

/** How a build is packed for npm. */
export interface Packing {
  /** One package with the program, or a launcher with one package per platform (from 0.0.42). */
  form: "plain" | "launcher";
  /** Whether the platform's package was published. */
  hasPlatform: boolean;
  /** The versions of Node it says it runs on. */
  engines: string;
}

/** A build: what it does and how it is packed. */
export interface Build {
  /** What it does. */
  readonly behaviour: Behaviour;
  /** How it is packed. */
  readonly packing: Packing;
}

/** What differs from a good build. */
export interface Difference {
  /** In what it does. */
  readonly behaviour?: Partial<Behaviour>;
  /** In how it is packed. */
  readonly packing?: Partial<Packing>;
}

/** The eras, oldest first. A build of one era migrates the state of those before it. */
export const ERAS = {
  /** Up to 0.0.24: roles, `/api/auth/bootstrap`, `t3_session`. */
  bootstrap: {
    behaviour: { pairingEndpoint: "/api/auth/bootstrap", cookieEra: "plain", schema: 30 },
  },
  /** From 0.0.25: scopes, `/api/auth/browser-session`, `t3_session`; it wipes every session. */
  browserSession: { behaviour: { cookieEra: "plain", schema: 32 } },
  /** From about 0.0.29: `t3_session_<port>_<hash of the state directory>` on loopback. */
  portCookie: { behaviour: { cookieEra: "port", schema: 34 } },
  /** After that: `t3_session_<hash of the environment's id>`, the oldest name still taken. */
  environmentCookie: { behaviour: { cookieEra: "environment", schema: 34 } },
  /** From 0.0.42: a launcher with a package per platform. */
  launcher: { behaviour: { cookieEra: "environment" }, packing: { form: "launcher" } },
  /** From 0.1.0: a copy of the state, and only the copy is written. */
  v2: { behaviour: { cookieEra: "environment", isV2: true }, packing: { form: "launcher" } },
} as const satisfies Record<string, Difference>;

/** The ways a build has been bad. */
export const FLAWS = {
  /** A pairing answers 200, spends the credential, and sets no cookie. */
  cookieMissing: { behaviour: { setsCookie: false } },
  /** Its migration fails where there is a thread, and only there. */
  migrationFailsOnData: {
    behaviour: {
      extraMigrations: [{
        id: 40,
        name: "ThreadKinds",
        sql: [
          "CREATE TABLE thread_kinds (thread_id TEXT PRIMARY KEY, kind TEXT NOT NULL)",
          "INSERT INTO thread_kinds SELECT thread_id, NULL FROM projection_threads",
        ],
      }],
    },
  },
  /** Its migration takes five seconds. */
  migrationIsSlow: {
    behaviour: { migrationMs: 5_000, extraMigrations: [{ id: 41, name: "Reindex", sql: [] }] },
  },
  /** It reuses a number the state already knows by another name, so its table never exists. */
  migrationNumberReused: {
    behaviour: {
      extraMigrations: [{
        id: 34,
        name: "ThreadLabels",
        sql: ["CREATE TABLE thread_labels (thread_id TEXT PRIMARY KEY)"],
      }],
      schema: 32,
    },
  },
  /** It migrates, listens, and ends two seconds later. */
  crashesLater: {
    behaviour: { livesMs: 2_000, extraMigrations: [{ id: 42, name: "Usage", sql: [] }] },
  },
  /** It ends at once. */
  exitsAtStart: { behaviour: { start: "exits" } },
  /** It runs and never listens. */
  neverListens: { behaviour: { start: "never_listens" } },
  /** It takes nine seconds until it listens, as a real one does. */
  listensLate: { behaviour: { listenMs: 9_000 } },
  /** `--version` prints another version. */
  versionIsWrong: { behaviour: { printedVersion: "0.0.1" } },
  /** What runs says it is another version. */
  reportsOldVersion: { behaviour: { reportedVersion: "0.0.1" } },
  /** Its package for the platform is missing: npm succeeds, the program does not. */
  platformMissing: { packing: { form: "launcher", hasPlatform: false } },
  /** It wants a Node that nobody has. */
  engineTooNew: { packing: { engines: ">=99" } },
  /** It does not end when it is asked to. */
  hangsOnStop: { behaviour: { stop: "hangs" } },
  /** It refuses every WebSocket. */
  webSocketRefused: { behaviour: { webSocket: "refused" } },
  /** It accepts the connection of a WebSocket and says nothing. */
  webSocketSilent: { behaviour: { webSocket: "silent" } },
  /** Pairing fails for whoever has a thread called "poison". */
  pairingFailsForPoison: { behaviour: { pairsUnlessThread: "poison" } },
  /** Its migration wipes the sessions; that is no failure, it has happened in a good build. */
  sessionsDeleted: {
    behaviour: {
      extraMigrations: [{ id: 43, name: "AuthWipe", sql: ["DELETE FROM auth_sessions"] }],
    },
  },
  /** Its migration loses threads. */
  threadsLost: {
    behaviour: {
      extraMigrations: [{ id: 44, name: "Tidy", sql: ["DELETE FROM projection_threads"] }],
    },
  },
  /** It cannot read the rows older builds wrote, and runs no migration. */
  oldRowsUnreadable: { behaviour: { readsOldRows: false } },
  /** It answers everything with 500. */
  answers500: { behaviour: { status: 500 } },
} as const satisfies Record<string, Difference>;

const PACKING: Packing = {
  form: "plain",
  hasPlatform: true,
  engines: "^22.16 || ^23.11 || >=24.10",
};

/**
 * A build of a version.
 *
 * @param version Such as `0.0.35-nightly.20260701.812`.
 * @param differences From a good build, in order; the last one counts.
 */
export function build(version: string, ...differences: readonly Difference[]): Build {
  const behaviour = Object.assign({}, GOOD, ...differences.map((one) => one.behaviour ?? {}));
  const packing = Object.assign({}, PACKING, ...differences.map((one) => one.packing ?? {}));
  return { behaviour: { ...behaviour, version }, packing };
}
