/**
 * The gate: a build must work on a copy of every user's data before anybody has it.
 *
 * The gate is gated. The version a user has now goes through the same on the same copy, first: if
 * that fails, the gate is what is broken, and nothing is said of the build. A build that fails is
 * followed by the present version once more, so that a disk that filled up meanwhile is not held
 * against it either.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { type Account, demandAs } from "./account.ts";
import type { Outcome } from "./actions.ts";
import type { BackupStore } from "./backup_store.ts";
import { type DatabaseFacts, findLosses, findSkipped } from "./database_facts.ts";
import { makeScratch, pourTo } from "./hand_over.ts";
import type { Manifest } from "./manifest.ts";
import { type Rehearsal, type RehearsalResult, rehearse } from "./rehearse.ts";
import type { Move } from "./state.ts";
import { findDatabases, freeBytes, sizeOf } from "./user_files.ts";

/** What the gate needs. */
export interface GateOptions extends Pick<Rehearsal, "nodeDir" | "clock" | "stopMs"> {
  /** The account builds run as. */
  readonly gate: Account;
  /** An account of a user. */
  readonly accountOf: (user: string) => Promise<Account>;
  /** Where versions are. */
  readonly versionsDir: string;
  /** A directory on a disk; what is made there is removed. */
  readonly scratchDir: string;
  /** Users' copies. */
  readonly store: BackupStore;
  /** The version to measure the gate by where a user has none, if there is one. */
  readonly lastGood: string | undefined;
  /** How long a server may take to start on this many bytes, in milliseconds. */
  readonly startMs: (sizeBytes: number) => number;
}

const THREADS_TABLE = "projection_threads";

/** Runs a build through the gate. */
export async function runGate(
  version: string,
  moves: readonly Move[],
  options: GateOptions,
): Promise<Outcome> {
  const owns = new Map<string, readonly DatabaseFacts[]>();
  try {
    const empty = await judge({ what: "an empty database", move: undefined, manifest: undefined });
    if (empty.is !== "ok") return empty;
    for (const move of moves) {
      const outcome = await judgeUser(move);
      if (outcome.is !== "ok") return outcome;
    }
    return { is: "ok" };
  } catch (error) {
    return { is: "unclear", why: `the gate is broken: ${errorText(error)}` };
  }

  async function judgeUser(move: Move): Promise<Outcome> {
    const owner = await options.accountOf(move.user);
    const databases = await findDatabases(owner);
    if (databases.length === 0) return { is: "ok" };
    const needed = 3 * await sizeOf(owner, databases) + 67_108_864;
    const free = await freeBytes(options.scratchDir);
    if (free < needed) {
      const { scratchDir } = options;
      return { is: "unclear", why: `${scratchDir} has ${free} bytes free, must have ${needed}` };
    }
    const id = await options.store.make(owner, { kind: "nightly", from: move.from });
    try {
      const manifest = await options.store.verify(move.user, id);
      return await judge({ what: move.user, move, manifest, id });
    } finally {
      await options.store.remove(move.user, [id]);
    }
  }

  async function judge(
    { what, move, manifest, id = "" }: {
      what: string;
      move: Move | undefined;
      manifest: Manifest | undefined;
      id?: string;
    },
  ): Promise<Outcome> {
    const control = move?.from ?? options.lastGood;
    const expected: string[] = [];
    if (control !== undefined) {
      const before = await trial(control);
      if (before.health.is !== "ok") return failedControl(control, before.health.why);
      expected.push(...before.faults);
    }
    const tried = await trial(version);
    const faults = tried.faults.filter((fault) => !expected.includes(fault));
    if (tried.health.is === "ok" && faults.length === 0) return { is: "ok" };
    if (control !== undefined) {
      const again = await trial(control);
      if (again.health.is !== "ok") return failedControl(control, again.health.why);
    }
    const why = tried.health.is === "ok" ? faults.slice(0, 3).join(", ") : tried.health.why;
    return { is: "bad", why, ...(move === undefined ? {} : { user: move.user }) };

    function failedControl(version: string, why: string): Outcome {
      return { is: "unclear", why: `${version}, which works, fails on ${what} too: ${why}` };
    }

    async function trial(version: string) {
      const result = await onCopy(version);
      if (manifest === undefined) {
        owns.set(version, result.databases);
        return { ...result, faults: [] };
      }
      const before = manifest.files.map(({ facts }) => facts);
      const own = owns.get(version) ?? await ownOf(version);
      const faults = [
        ...findLosses(before, result.databases),
        ...findSkipped(own, result.databases),
      ];
      return { ...result, faults };
    }

    function onCopy(version: string): Promise<RehearsalResult> {
      const folder = options.store.pathOf(move?.user ?? "", id);
      return inHome(version, manifest, folder);
    }
  }

  /** What a build's ledger is by itself. */
  async function ownOf(version: string): Promise<readonly DatabaseFacts[]> {
    const { databases } = await inHome(version, undefined, "");
    owns.set(version, databases);
    return databases;
  }

  async function inHome(
    version: string,
    manifest: Manifest | undefined,
    folder: string,
  ): Promise<RehearsalResult> {
    const { gate, versionsDir, startMs } = options;
    await using home = await makeScratch(gate, options.scratchDir);
    const userdata = `${home.path}/.t3/userdata`;
    await demandAs(gate, ["/usr/bin/mkdir", "-p", "-m", "0700", "--", userdata]);
    const files = manifest?.files ?? [];
    for (const { facts } of files) {
      await pourTo(gate, `${folder}/${facts.name}`, `${userdata}/${facts.name}`);
    }
    const threads = Math.max(0, ...files.map(({ facts }) => facts.counts[THREADS_TABLE] ?? 0));
    return await rehearse({
      version,
      prefix: `${versionsDir}/${version}`,
      account: { ...gate, home: home.path },
      nodeDir: options.nodeDir,
      startMs: startMs(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)),
      stopMs: options.stopMs,
      threads: manifest === undefined ? undefined : threads,
      clock: options.clock,
    });
  }
}
