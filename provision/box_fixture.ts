/**
 * A whole box in memory, for tests: planned and applied, as a roster says, and killed where a test
 * wants it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Secret } from "../core/secret.ts";
import { derive } from "../roster/derive.ts";
import type { Roster, RosterUser } from "../roster/roster_schema.ts";
import type { Action } from "./action.ts";
import type { AppliedRecord } from "./applied.ts";
import { type BoxInputs, boxScopes } from "./box.ts";
import { type ChangeItem, driveTheChange, driveThePlan, type Result } from "./drive.ts";
import type { HostView } from "./host_view.ts";
import type { Item, Outcome } from "./item.ts";
import { type MemoryMachine, memoryMachine } from "./memory_machine.ts";
import { unitsOf } from "./users/user_units.ts";

/** An item, and what came of it. */
export interface Said {
  /** What was said. */
  readonly item: Item;
  /** What came of it. */
  readonly result: Result;
}

/** A machine in memory with its records. */
export class Box {
  /** The machine. */
  readonly machine: MemoryMachine = memoryMachine();
  /** What it is like. */
  readonly host: HostView = this.machine.host;
  /** What was applied, by scope. */
  readonly records: Map<string, AppliedRecord> = new Map();
  /** What was carried out. */
  readonly actions: Action[] = [];
  /** Which actions fail. */
  fails: (action: Action) => boolean = () => false;

  /** With the directories, units and groups that every box has. */
  constructor() {
    const { files, groups } = this.machine;
    for (const path of ["/etc/hearth", "/etc/t3-serve", "/etc/t3-serve/tokens"]) {
      files.set(path, { kind: "directory", mode: 0o755, uid: 0, gid: 0 });
    }
    for (const unit of unitsOf("")) this.put(`/etc/systemd/system/${unit}`, "");
    for (const [at, group] of ["code-shared", "docker", "sudo"].entries()) {
      groups.set(group, { gid: 100 + at, members: new Set() });
    }
  }

  /** Writes a file, whose owner stays. */
  put(path: string, text: string): void {
    const bytes = new TextEncoder().encode(text);
    const before = this.machine.files.get(path);
    const { uid, gid } = before?.kind === "file" ? before : { uid: 0, gid: 0 };
    this.machine.files.set(path, { kind: "file", mode: 0o644, uid, gid, bytes });
  }

  /** The text of a file; empty where there is none. */
  text(path: string): string {
    return new TextDecoder().decode(this.host.bytes(path));
  }

  /** Plans. */
  async plan(roster: Roster): Promise<Said[]> {
    const said: Said[] = [];
    const load = (scope: string) => this.records.get(scope) ?? {};
    await driveThePlan(boxScopes(this.#inputs(roster)), this.host, { load }, (item, result) => {
      said.push({ item, result });
    });
    return said;
  }

  /** Applies; a run is killed right after change number `kill`. */
  async apply(roster: Roster, kill = Infinity): Promise<Said[]> {
    const said: Said[] = [];
    let changes = 0;
    const perform = async (action: Action): Promise<Outcome> => {
      if (this.fails(action)) return { isDone: false, error: "no luck" };
      const outcome = await this.machine.perform(action);
      this.actions.push(action);
      if (++changes >= kill) throw new Killed();
      return outcome;
    };
    const scopes = boxScopes(this.#inputs(roster));
    const stop = new AbortController();
    await driveTheChange(scopes, {
      host: this.host,
      perform: async (action) => {
        try {
          return await perform(action);
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          stop.abort();
          return { isDone: true };
        }
      },
    }, {
      records: {
        load: (scope) => this.records.get(scope) ?? {},
        // Nothing that was not written before the kill is kept after it.
        save: (scope, record) => {
          if (!stop.signal.aborted) this.records.set(scope, record);
          return Promise.resolve();
        },
      },
      report: (item, result) => {
        said.push({ item, result });
      },
      audit: () => Promise.resolve(),
      signal: stop.signal,
    });
    return said;
  }

  #inputs(roster: Roster): BoxInputs {
    const ledger = (path: string) =>
      new Map<string, number>(Object.entries(JSON.parse(this.text(path) || "{}")));
    const derived = derive(roster, {
      ports: ledger("/etc/hearth/ports.json"),
      playwrightPorts: ledger("/etc/hearth/playwright_ports.json"),
    });
    assert.ok(derived.isComplete);
    const { state } = derived;
    const known = [...this.records.keys()].filter((scope) => !scope.includes(" ")).sort();
    let made = 0;
    return {
      state,
      ledgers: [
        { path: "/etc/hearth/ports.json", ports: state.ports },
        { path: "/etc/hearth/playwright_ports.json", ports: state.playwright_ports },
      ],
      gone: known.filter((user) => !roster.users.some(({ os_user }) => os_user === user)),
      snapshot: {
        url: "https://chrome.example.com/api/snapshot",
        isPerUser: true,
        tokenOf: () => ({ kind: "generate", make: () => new Secret(`token-${made++}`) }),
      },
      staged: {},
      accessFile: "/etc/hearth/access.yaml",
      tierIssues: [],
      warnings: [],
      inHome: function* () {},
      t3Keys: () => ({}),
    };
  }
}

class Killed extends Error {}

/** A row of a roster. */
export function user(os_user: string, row: Partial<RosterUser> = {}): RosterUser {
  return {
    os_user,
    authentik_user: os_user,
    k8s_user: os_user,
    tier: "namespace-owner",
    namespaces: [os_user],
    parked: false,
    claude_auth: true,
    agents: ["claude"],
    browser: { sites: ["example.com"] },
    ...row,
  };
}

/** What would change. */
export function pending(said: readonly Said[]): readonly ChangeItem[] {
  return said.flatMap(({ item, result }) =>
    item.state === "change" && result.kind === "pending" ? [item] : []
  );
}

/** An admin. */
export const ADA: RosterUser = user("ada", { tier: "admin", namespaces: [] });
/** The admin and one more. */
export const TWO: Roster = { users: [ADA, user("grace")] };
