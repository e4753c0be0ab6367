/**
 * The people of a box in memory: their data, which carries a schema and rows, and the builds that
 * run on it, which go wrong in known ways.
 *
 * An old build on a newer schema is broken, a running build migrates what it finds, and users
 * write rows whenever their instance works: what the worst night is made of.
 *
 * @module
 */
import type { Health } from "./effects.ts";

/** How a build goes wrong. */
export type Flaw =
  | "none"
  | "gate"
  | "front-door"
  | "own-data"
  | "soak"
  | "loses-rows"
  | "front-door-down";

/** A build. */
export interface Build {
  /** The schema it migrates to. */
  readonly schema: number;
  /** How it goes wrong. */
  readonly flaw: Flaw;
}

/** A user's data. */
export interface FakeDatabase {
  /** What it was migrated to. */
  schema: number;
  /** What they wrote. */
  rows: Set<string>;
}

/** A user of the box. */
export interface FakeUser {
  /** The version they have. */
  pointer: string | undefined;
  /** The version that runs. */
  running: string | undefined;
  /** Whether a turn is running. */
  isBusy: boolean;
  /** How often it died. */
  restarts: number;
  /** Their data. */
  database: FakeDatabase;
  /** Data that was replaced. */
  keptAside: FakeDatabase[];
  /** Versions a pointer can be set to without taking space. */
  readonly ready: Set<string>;
  /** What was written while the version before the update ran: the way back leads behind it. */
  readonly underOld: Set<string>;
}

/** The people and their builds. */
export interface FakeWorld {
  /** The users. */
  readonly users: ReadonlyMap<string, FakeUser>;
  /** A user. */
  userOf(name: string): FakeUser;
  /** A build. */
  buildOf(version: string): Build;
  /** Has an instance run a version, which migrates the data. */
  run(user: FakeUser, version: string): void;
  /** Whether an instance does not run, or cannot read its data. */
  isBroken(user: FakeUser): boolean;
  /** Life goes on: whose instance works writes a row. */
  live(): void;
  /** Whether a version works for a user. */
  visit(name: string, version: string, isThroughDoor: boolean): Health;
  /** Data as it is at this moment; what a running instance writes afterwards is not in it. */
  copyNow(name: string): string;
  /** Copies by their name. */
  readonly copies: ReadonlyMap<string, { readonly user: string; readonly database: FakeDatabase }>;
  /** Rows that are nowhere any more. */
  lostRows(): readonly string[];
}

/** Makes people who all have `old`. */
export function createFakeWorld({ builds, old, users: names }: {
  builds: Readonly<Record<string, Build>>;
  old: string | undefined;
  users: readonly { name: string; isBusy?: boolean }[];
}): FakeWorld {
  const users = new Map<string, FakeUser>();
  const written = new Map<string, Set<string>>();
  for (const { name, isBusy = false } of names) {
    const rows = old === undefined ? [] : [`${name}-first`];
    users.set(name, {
      pointer: old,
      running: old,
      isBusy,
      restarts: 0,
      database: { schema: old === undefined ? 0 : buildOf(old).schema, rows: new Set(rows) },
      keptAside: [],
      ready: new Set(),
      underOld: new Set(rows),
    });
    written.set(name, new Set(rows));
  }
  const copies = new Map<string, { user: string; database: FakeDatabase }>();
  let serial = 0;

  function buildOf(version: string): Build {
    const build = builds[version];
    if (build === undefined) throw new Error(`no build ${version}`);
    return build;
  }

  function userOf(name: string): FakeUser {
    const user = users.get(name);
    if (user === undefined) throw new Error(`no user ${name}`);
    return user;
  }

  function isBroken(user: FakeUser): boolean {
    return user.running === undefined || user.database.schema > buildOf(user.running).schema;
  }

  return {
    users,
    copies,
    userOf,
    buildOf,
    isBroken,
    run(user, version) {
      user.running = version;
      const { schema, flaw } = buildOf(version);
      if (schema > user.database.schema) user.database.schema = schema;
      if (flaw === "loses-rows") user.database.rows.delete([...user.database.rows][0] ?? "");
    },
    live() {
      for (const [name, user] of users) {
        if (isBroken(user)) continue;
        const row = `${name}-${serial++}`;
        user.database.rows.add(row);
        written.get(name)?.add(row);
        if (user.running === old) user.underOld.add(row);
      }
    },
    visit(name, version, isThroughDoor) {
      const user = userOf(name);
      if (user.running !== version) return { is: "bad", why: `it runs ${user.running}` };
      if (isBroken(user)) return { is: "bad", why: "its data is from the future" };
      const { flaw } = buildOf(version);
      if (isThroughDoor && flaw === "front-door") return { is: "bad", why: "it cannot be paired" };
      if (isThroughDoor && flaw === "front-door-down") return { is: "unclear", why: "door down" };
      if (flaw === "own-data" && name === [...users.keys()].at(-1)) {
        return { is: "bad", why: "it cannot read this user's data" };
      }
      return { is: "ok" };
    },
    copyNow(name) {
      const { schema, rows } = userOf(name).database;
      const id = `${name}-${serial++}`;
      copies.set(id, { user: name, database: { schema, rows: new Set(rows) } });
      return id;
    },
    lostRows: () =>
      [...users].flatMap(([name, { database, keptAside }]) =>
        [...written.get(name) ?? []].filter((row) =>
          !database.rows.has(row) && !keptAside.some(({ rows }) => rows.has(row)) &&
          ![...copies.values()].some((one) => one.user === name && one.database.rows.has(row))
        )
      ),
  };
}
