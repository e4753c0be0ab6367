/**
 * A box in memory, for tests that kill the updater at every point: people and builds
 * (`world_fixture.ts`), a journal, and a count of every effect.
 *
 * @module
 */
import { createFakeClock, type FakeClock } from "../tests/support/fake_clock.ts";
import { createLogger } from "../core/log.ts";
import type { Effects } from "./effects.ts";
import { emptyState, parseState, type State, stateText } from "./state.ts";
import { type Build, createFakeWorld, type FakeUser } from "./world_fixture.ts";

/** Thrown where nothing more can be written. */
export class DiskFull extends Error {
  /** As Deno names it. */
  readonly code = "ENOSPC";
  constructor() {
    super("No space left on device (os error 28)");
  }
}

/** Thrown where the updater is killed. */
export class Killed extends Error {}

/** A box in memory. */
export interface FakeBox {
  /** What the updater is given; made anew by every "process". */
  effects(): Effects;
  /** The users. */
  readonly users: ReadonlyMap<string, FakeUser>;
  /** The journal as it is on disk. */
  journal(): State;
  /** Effects so far. */
  readonly ticks: number;
  /** Kills the updater at this effect, counted from now; `Infinity` never. */
  killAt(tick: number, isPowerCut: boolean): void;
  /** The newest copy of a user's data. */
  copyOf(user: string): string | undefined;
  /** Effects so far that write. */
  readonly writes: number;
  /** From the write `from` to before the write `until`, counted from now, every write fails. */
  fullAt(from: number, until: number): void;
  /** Rows that are nowhere any more. */
  lostRows(): readonly string[];
  /** Whether each user's instance runs and can read its data. */
  brokenUsers(): readonly string[];
  /** Why somebody was without a way back, at any moment. */
  readonly dangers: readonly string[];
  /** Reasons for which the brake was put on. */
  readonly freezes: readonly string[];
  /** Its clock. */
  readonly clock: FakeClock;
}

/** Makes a box whose users all have `old`. */
export function createFakeBox(options: {
  builds: Readonly<Record<string, Build>>;
  old: string | undefined;
  users: readonly { name: string; isBusy?: boolean }[];
  to: string;
}): FakeBox {
  const { old, to } = options;
  const clock = createFakeClock();
  const world = createFakeWorld(options);
  const { users, copies, userOf, buildOf, run, isBroken, visit, copyNow } = world;
  const dangers: string[] = [];
  const freezes: string[] = [];
  let journal = stateText(
    old === undefined ? emptyState() : { ...emptyState(), lastGood: { version: old, sinceMs: 0 } },
  );
  let ticks = 0;
  let killTick = Infinity;
  let writes = 0;
  let full = { from: Infinity, until: Infinity };
  let isPowerCut = false;
  let process = 0;
  let dead = -1;

  /** One effect on the world: life goes on, and the updater may be killed here. */
  function tick(): void {
    ticks++;
    world.live();
    judgeDanger();
    if (ticks < killTick) return;
    killTick = Infinity;
    dead = process;
    if (isPowerCut) {
      for (const user of users.values()) user.running = undefined;
      for (const user of users.values()) {
        if (user.pointer !== undefined) run(user, user.pointer);
      }
    }
    throw new Killed(`killed at effect ${ticks}`);
  }

  function judgeDanger(): void {
    const { update, lastGood } = read();
    for (const [name, { pointer }] of users) {
      if (pointer !== to || pointer === lastGood?.version || old === undefined) continue;
      const step = update?.users.find(({ user }) => user === name)?.step;
      const hasWayBack = step !== undefined && "backup" in step && copies.has(step.backup);
      if (!hasWayBack && step?.at !== "returning") dangers.push(`${name} at ${step?.at}`);
    }
  }

  function read(): State {
    const parsed = parseState(journal);
    if (!parsed.isValid) throw new Error(parsed.why);
    return parsed.state;
  }

  function effects(): Effects {
    const self = ++process;
    // deno-lint-ignore require-await -- an effect is a promise, here as on a real box
    const act = async <T>(work: () => T): Promise<T> => {
      // Who was killed catches nothing and does nothing any more.
      if (dead === self) throw new Killed("it was killed");
      tick();
      const result = work();
      tick();
      return result;
    };
    const write = <T>(work: () => T): Promise<T> =>
      act(() => {
        writes++;
        if (writes >= full.from && writes < full.until) throw new DiskFull();
        return work();
      });
    return {
      instances: () =>
        act(() => [...users.keys()].map((user) => ({ user, identity: user, port: 1 }))),
      pointers: {
        read: (user) => act(() => userOf(user).pointer),
        all: () =>
          act(() =>
            new Map(
              [...users].flatMap(([name, { pointer }]) =>
                pointer === undefined ? [] : [[name, pointer]]
              ),
            )
          ),
        prepare: (user, version) => write(() => void userOf(user).ready.add(version)),
        point: (name, version) => {
          const user = userOf(name);
          const needsSpace = user.pointer !== version && !user.ready.has(version);
          return (needsSpace ? write : act)(() => {
            user.ready.delete(version);
            user.pointer = version;
          });
        },
        hold: (name) =>
          act(() => {
            const user = userOf(name);
            if (user.pointer !== undefined) user.ready.add(user.pointer);
            user.pointer = undefined;
          }),
      },
      services: {
        isActive: (user) => act(() => userOf(user).running !== undefined),
        start: (name) =>
          act(() => {
            const user = userOf(name);
            if (user.running === undefined && user.pointer !== undefined) run(user, user.pointer);
          }),
        stop: (user) => act(() => void (userOf(user).running = undefined)),
        restarts: (name) =>
          act(() => {
            const user = userOf(name);
            const isDying = user.running !== undefined && buildOf(user.running).flaw === "soak" &&
              read().update?.phase === "soaking";
            return isDying ? user.restarts++ : user.restarts;
          }),
      },
      data: {
        activity: (user) =>
          act(() => ({
            doubts: [],
            databases: [{
              path: "state.sqlite",
              activeTurns: userOf(user).isBusy ? 1 : 0,
              lastChangeMs: clock.now() - 3_600_000,
            }],
          })),
        openBy: () => act(() => []),
        sizeBytes: () => act(() => 1),
        roomBytes: () => act(() => 1_000_000_000),
        backup: (user) => write(() => copyNow(user)),
        beginBackup: (user) =>
          write(() => ({
            pids: [],
            finish: () => write(() => copyNow(user)),
            [Symbol.asyncDispose]: () => Promise.resolve(),
          })),
        losses: (user, id) =>
          act(() =>
            [...copies.get(id)?.database.rows ?? []].filter((row) =>
              !userOf(user).database.rows.has(row)
            )
          ),
        bring: (user, id) =>
          write(() => {
            if (copies.get(id)?.user !== user) throw new Error("there is no such copy");
          }),
        async restore(name, id) {
          const user = userOf(name);
          const copy = copies.get(id)?.database;
          if (copy === undefined || user.running !== undefined) throw new Error("cannot restore");
          for (const row of user.underOld) {
            if (!copy.rows.has(row)) dangers.push(`the copy of ${name} is older than ${row}`);
          }
          await act(() => {
            user.keptAside.push(user.database);
            user.database = { schema: 0, rows: new Set() };
          });
          await act(() => {
            user.database = { schema: copy.schema, rows: new Set(copy.rows) };
          });
        },
      },
      stage: () => write(() => ({ is: "ok", integrity: "sha512-x" })),
      gate: (version) =>
        write(() =>
          buildOf(version).flaw === "gate" ? { is: "bad", why: "it fails" } : { is: "ok" }
        ),
      visit: (instance, version) => act(() => visit(instance.user, version, true)),
      visitDirectly: (instance, version) => act(() => visit(instance.user, version, false)),
      isFrozen: () => act(() => freezes.length > 0 && read().update === undefined),
      freeze: (reason) => write(() => void freezes.push(reason)),
      save: (state) => write(() => void (journal = stateText(state))),
      record: () => write(() => {}),
      clock: {
        ...clock,
        async sleep(ms) {
          clock.advance(ms);
          await act(() => {});
        },
      },
      log: createLogger({ component: "test", write: () => {} }),
    };
  }

  return {
    effects,
    users,
    journal: read,
    get ticks() {
      return ticks;
    },
    copyOf: (name) => [...copies].findLast(([, { user }]) => user === name)?.[0],
    get writes() {
      return writes;
    },
    fullAt(from, until) {
      full = { from: writes + from, until: writes + until };
    },
    killAt(tickCount, powerCut) {
      killTick = ticks + tickCount;
      isPowerCut = powerCut;
    },
    lostRows: world.lostRows,
    brokenUsers: () => [...users].filter(([, user]) => isBroken(user)).map(([name]) => name),
    dangers,
    freezes,
    clock,
  };
}
