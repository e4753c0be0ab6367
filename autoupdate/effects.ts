/**
 * What the updater does to a box, as interfaces: everything it may touch, and nothing else.
 *
 * A method that throws could not do its part for a reason that is not the build's; the run stops
 * there and a later one goes on. What a build may get wrong comes back as {@linkcode Health}.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { Outcome } from "./actions.ts";
import type { Activity } from "./idle.ts";
import type { Move, State } from "./state.ts";

/** A user's t3 on this box. */
export interface Instance {
  /** The account it runs as. */
  readonly user: string;
  /** Who they are at the front door, without the domain. */
  readonly identity: string;
  /** Where it listens on loopback. */
  readonly port: number;
}

/** Whether a version works, and whose fault it is where it does not. */
export type Health =
  | { readonly is: "ok" }
  | { readonly is: "bad"; readonly why: string }
  | { readonly is: "unclear"; readonly why: string };

/** Which version each user's unit, `mint` and command line run: one symlink per user. */
export interface Pointers {
  /** The version; nothing where there is none, and so nothing can start or mint. */
  read(user: string): Promise<string | undefined>;
  /** Every user that has a pointer, and the version. */
  all(): Promise<ReadonlyMap<string, string>>;
  /** Makes everything ready so that {@linkcode point} to this version takes no space. */
  prepare(user: string, version: string): Promise<void>;
  /** Sets it in one step. */
  point(user: string, version: string): Promise<void>;
  /** Takes it away: while it is gone nothing can start, mint or migrate. Back takes no space. */
  hold(user: string): Promise<void>;
}

/** The units of the instances. */
export interface Services {
  /** Whether it runs. */
  isActive(user: string): Promise<boolean>;
  /** Starts it; returns when it was started, not when it answers. */
  start(user: string): Promise<void>;
  /** Stops it and waits until it is gone. */
  stop(user: string): Promise<void>;
  /** How often it was started again by itself. */
  restarts(user: string): Promise<number>;
}

/** The way for which a copy is made. */
export interface BackupOf {
  /** The version the data is of; none where there was none. */
  readonly from: string | undefined;
  /** The version that comes. */
  readonly to: string;
}

/** A copy of a user's data that was begun while their server runs. */
export interface BackupAhead extends AsyncDisposable {
  /** Processes that have the databases open for it. */
  readonly pids: readonly number[];
  /** Once the server is stopped: makes it as new as the data is, durable, and gives its name. */
  finish(): Promise<string>;
}

/** What belongs to users: their databases, the copies of them, and the way back. */
export interface Data {
  /** What can be told of what the user is doing. */
  activity(user: string): Promise<Activity>;
  /** Processes that hold one of their databases open. */
  openBy(user: string): Promise<readonly number[]>;
  /** The size of their databases in bytes. */
  sizeBytes(user: string): Promise<number>;
  /** Free bytes where their databases are. */
  roomBytes(user: string): Promise<number>;
  /** Makes a verified, durable copy and gives its name. */
  backup(user: string, reason: BackupOf): Promise<string>;
  /** Makes one but for what is written until the server is stopped: what takes time, in advance. */
  beginBackup(user: string, reason: BackupOf): Promise<BackupAhead>;
  /** What a database has lost against a copy: missing tables, migrations, rows. */
  losses(user: string, backup: string): Promise<readonly string[]>;
  /** Puts a copy beside the data, whole: what takes space is done while the server runs. */
  bring(user: string, backup: string): Promise<void>;
  /** Puts a copy in place that was brought, and keeps aside what it replaces. */
  restore(user: string, backup: string, replacedVersion: string): Promise<void>;
}

/** Everything the actions need. */
export interface Effects {
  /** The instances of this box, in the order in which they are moved. */
  instances(): Promise<readonly Instance[]>;
  /** Which version each user has. */
  readonly pointers: Pointers;
  /** Their units. */
  readonly services: Services;
  /** Their data. */
  readonly data: Data;
  /** Makes a version ready to run, with its integrity as it was announced. */
  stage(version: string): Promise<Outcome>;
  /** Runs a version on copies of these users' data. */
  gate(version: string, moves: readonly Move[]): Promise<Outcome>;
  /** Whether this version works for a user, through the front door; waits while it starts. */
  visit(instance: Instance, version: string, sizeBytes: number): Promise<Health>;
  /** Whether it works at the instance itself, whatever the front door does. */
  visitDirectly(instance: Instance, version: string, sizeBytes: number): Promise<Health>;
  /** Whether the brake is on. */
  isFrozen(): Promise<boolean>;
  /** Puts the brake on. */
  freeze(reason: string, version: string): Promise<void>;
  /** Writes the journal, durably. */
  save(state: State): Promise<void>;
  /** Adds a line to the history. */
  record(event: Readonly<Record<string, unknown>>): Promise<void>;
  /** Time. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Logger;
}
