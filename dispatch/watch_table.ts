/**
 * Keeps the table in memory as the file is: looked at several times a second, since a user who was
 * removed must be out at once. An invalid file keeps the table that was.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { readTrouble } from "../core/read_trouble.ts";
import { Fault } from "../core/fault.ts";
import type { HealthRegistry } from "../core/health.ts";
import type { Logger } from "../core/log.ts";
import { parseRoutingTable, type RoutingTable } from "./routing_table.ts";

/** What it needs. */
export interface WatchTableOptions {
  /** The file. */
  readonly path: string;
  /** How often it is looked at, in milliseconds. */
  readonly everyMs: number;
  /** Told of every new table. */
  readonly onTable: (table: RoutingTable) => void;
  /** Told of every table that was not taken. */
  readonly onFault: () => void;
  /** Where an invalid file is reported. */
  readonly health: HealthRegistry;
  /** The time. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A table that follows its file. */
export interface WatchedTable {
  /** The table as it is now. */
  readonly current: RoutingTable;
  /** Looks at the file now. */
  reload(): Promise<void>;
  /** Resolves when it is over. */
  readonly ended: Promise<void>;
}

const STATE = "table_invalid";

/**
 * Reads the table and follows it.
 *
 * @throws {Fault} With code `config` where there is no valid table at the start.
 */
export async function watchTable(options: WatchTableOptions): Promise<WatchedTable> {
  const { path, everyMs, onTable, onFault, health, clock, log, signal } = options;
  let version = "";
  let current: RoutingTable = new Map();
  const first = await look();
  if (first !== undefined) {
    throw new Fault(`Cannot read the table "${path}": ${first}`, { code: "config" });
  }
  const ended = follow();
  return {
    get current() {
      return current;
    },
    reload: async () => void await note(),
    ended,
  };

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal);
      if (!signal.aborted) await note();
    }
  }

  async function note(): Promise<void> {
    const fault = await look();
    if (fault === undefined) return;
    if (!health.states().some(({ name, text }) => name === STATE && text === fault)) {
      onFault();
      log.error("table not taken, the former one is kept", { path, fault });
    }
    health.clear(STATE);
    health.raise(STATE, "warning", fault);
  }

  /** Takes the file where it has changed; says what is wrong with it. */
  async function look(): Promise<string | undefined> {
    let text: string;
    try {
      const { ino, size, mtime } = await Deno.stat(path);
      const seen = `${ino} ${size} ${mtime?.getTime()}`;
      if (seen === version) return undefined;
      text = await Deno.readTextFile(path);
      version = seen;
    } catch (error) {
      version = "";
      return readTrouble(error, path);
    }
    const result = parseRoutingTable(text);
    if (result.kind === "invalid") {
      version = "";
      return result.faults.join("; ");
    }
    current = result.table;
    health.clear(STATE);
    onTable(current);
    return undefined;
  }
}
