/**
 * A whole box, planned and applied on a machine in memory: whatever the roster, wherever a run is
 * killed, the next one converges to the same box.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../core/secret.ts";
import { derive } from "../roster/derive.ts";
import type { Roster, RosterUser } from "../roster/roster_schema.ts";
import type { Action } from "./action.ts";
import type { AppliedRecord } from "./applied.ts";
import { type BoxInputs, boxScopes } from "./box.ts";
import { driveTheChange, driveThePlan, type Result } from "./drive.ts";
import type { Item, Outcome } from "./item.ts";
import { memoryMachine } from "./memory_machine.ts";
import { unitsOf } from "./users/user_units.ts";

interface Said {
  readonly item: Item;
  readonly result: Result;
}

/** A machine in memory with its records. */
class Box {
  readonly machine = memoryMachine();
  readonly host = this.machine.host;
  readonly records = new Map<string, AppliedRecord>();
  readonly actions: Action[] = [];
  fails: (action: Action) => boolean = () => false;

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

  put(path: string, text: string): void {
    const bytes = new TextEncoder().encode(text);
    const before = this.machine.files.get(path);
    const { uid, gid } = before?.kind === "file" ? before : { uid: 0, gid: 0 };
    this.machine.files.set(path, { kind: "file", mode: 0o644, uid, gid, bytes });
  }

  text(path: string): string {
    return new TextDecoder().decode(this.host.bytes(path));
  }

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

function user(os_user: string, row: Partial<RosterUser> = {}): RosterUser {
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

const pending = (said: readonly Said[]) =>
  said.flatMap(({ item, result }) =>
    item.state === "change" && result.kind === "pending" ? [item] : []
  );

const ADA = user("ada", { tier: "admin", namespaces: [] });
const TWO: Roster = { users: [ADA, user("grace")] };

Deno.test("boxScopes() has nothing left to change after it was applied", async () => {
  const box = new Box();

  const said = await box.apply(TWO);

  assert.deepEqual(said.filter(({ result }) => !["ok", "changed"].includes(result.kind)), []);
  assert.deepEqual(pending(await box.plan(TWO)), []);
  assert.equal(box.text("/etc/t3-serve/ada.env"), "T3_PORT=3773\n");
  assert.equal(
    box.text("/etc/t3-serve/playwright-grace.env"),
    "PLAYWRIGHT_PORT=8932\nPLAYWRIGHT_SNAPSHOT_URL=https://chrome.example.com/api/snapshot\n",
  );
  assert.deepEqual(JSON.parse(box.text("/etc/t3-serve/dispatch.json")), {
    ada: { os_user: "ada", port: 3773 },
    grace: { os_user: "grace", port: 3774 },
  });
  assert.match(box.text("/etc/hearth/access.yaml"), /ada:\n {4}tokens:\n {6}- sha256:[0-9a-f]{64}/);
});

Deno.test("boxScopes() plans what it then changes, action by action", async () => {
  const box = new Box();

  const planned = pending(await box.plan(TWO)).map(({ summary }) => summary);
  const said = await box.apply(TWO);

  const changed = said.flatMap(({ item, result }) =>
    item.state === "change" && result.kind === "changed" ? [item.summary] : []
  );
  assert.deepEqual(planned, changed);
});

const NAMES = ["ada", "bob", "cy"] as const;
const ROW = fc.record({
  tier: fc.constantFrom("admin" as const, "namespace-owner" as const),
  parked: fc.boolean(),
  browser: fc.constantFrom<RosterUser["browser"][]>(
    undefined,
    { sites: [] },
    { sites: ["example.com"] },
  ),
}).map(({ browser, ...row }) => ({ ...row, ...(browser === undefined ? {} : { browser }) }));
const ROSTER = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }).chain((names) =>
  fc.tuple(...names.map(() => ROW)).map((rows): Roster => ({
    users: names.map((name, at) => user(name, rows[at])),
  }))
);

/** What must be the same however often a run was killed. Tokens are random. */
function outcome(box: Box): unknown {
  const files = ["ports.json", "playwright_ports.json"].map((name) =>
    box.text(`/etc/hearth/${name}`)
  );
  return {
    files,
    dispatch: box.text("/etc/t3-serve/dispatch.json"),
    users: NAMES.map((name) => ({
      env: box.text(`/etc/t3-serve/${name}.env`),
      isExpired: box.host.account(name)?.isExpired,
      groups: ["docker", "sudo"].filter((group) => box.host.group(group)?.members.has(name)),
      units: ["t3-serve", "playwright-mcp", "playwright-snapshot-follow"].map((unit) =>
        box.host.unit(`${unit}@${name}.service`)
      ),
    })),
  };
}

Deno.test("boxScopes() converges to the same box wherever its runs are killed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(ROSTER, { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
      async (rosters, kills) => {
        const [whole, killed] = [new Box(), new Box()];
        for (const roster of rosters) {
          await whole.apply(roster);
          for (const kill of kills) await killed.apply(roster, kill);
          await killed.apply(roster);
          assert.deepEqual(pending(await killed.plan(roster)), []);
        }
        assert.deepEqual(outcome(killed), outcome(whole));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("boxScopes() never restarts, never gives a port twice, never takes a group", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ROSTER, { minLength: 2, maxLength: 4 }), async (rosters) => {
      const box = new Box();
      const owners = new Map<number, string>();
      for (const roster of rosters) {
        await box.apply(roster);
        const ports = JSON.parse(box.text("/etc/hearth/ports.json")) as Record<string, number>;
        for (const [name, port] of Object.entries(ports)) {
          assert.equal(owners.get(port) ?? name, name);
          owners.set(port, name);
        }
      }
      assert.deepEqual(box.actions.filter(({ kind }) => kind === "restart_unit"), []);
    }),
    { numRuns: 40 },
  );
});

Deno.test("boxScopes() keeps one user's failure from the next", async () => {
  const box = new Box();
  box.fails = (action) => action.kind === "create_account" && action.user === "ada";

  const said = await box.apply(TWO);

  const failed = said.filter(({ result }) => result.kind === "failed");
  assert.deepEqual(failed.map(({ item }) => item.scope), ["ada"]);
  assert.equal(box.host.unit("playwright-mcp@grace.service").active, "active");
  assert.equal(box.host.file("/etc/t3-serve/ada.env").kind, "absent");
});

Deno.test("boxScopes() tells drift from intent", async () => {
  const box = new Box();
  await box.apply(TWO);
  box.put("/etc/ttyd-admins", "grace\n");
  const parked: Roster = { users: [ADA, user("grace", { authentik_user: "g.hopper" })] };

  const causes = Object.fromEntries(
    pending(await box.plan(parked)).map(({ resource, cause }) => [resource, cause]),
  );

  assert.deepEqual(causes, {
    "file /etc/ttyd-admins": "drift",
    "file /etc/ttyd-user-map": "intent",
    "file /etc/t3-serve/dispatch.json": "intent",
  });
});

Deno.test("boxScopes() cuts who left and gives them the same ports on return", async () => {
  const box = new Box();
  await box.apply(TWO);
  await box.apply({ users: [ADA] });
  const cut = box.host.account("grace");
  await box.apply({ users: [ADA, user("newcomer")] });
  await box.apply(TWO);

  assert.equal(cut?.isExpired, true);
  assert.equal(box.host.account("grace")?.isExpired, false);
  assert.equal(box.text("/etc/t3-serve/grace.env"), "T3_PORT=3774\n");
  assert.equal(box.host.unit("playwright-mcp@grace.service").active, "active");
});

Deno.test("boxScopes() leaves an account alone that somebody else ended", async () => {
  const box = new Box();
  await box.apply(TWO);
  await box.machine.perform({ kind: "expire_account", user: "grace" });

  const said = await box.apply(TWO);

  const errors = said.flatMap(({ item }) => item.state === "problem" ? [item.summary] : []);
  assert.deepEqual(errors, ["account grace has ended, and not by the provisioner"]);
  assert.equal(box.host.account("grace")?.isExpired, true);
});

Deno.test("boxScopes() keeps a token that a person put there", async () => {
  const box = new Box();
  await box.apply(TWO);
  box.put("/home/grace/.config/playwright/token", "her own");

  const said = await box.apply(TWO);

  assert.equal(box.text("/home/grace/.config/playwright/token"), "her own");
  assert.ok(said.some(({ item, result }) => result.kind === "warning" && item.scope === "grace"));
});

Deno.test("boxScopes() tells of a stranger on the other address of a port, and starts nothing there", async () => {
  const box = new Box();
  await box.apply({ users: [ADA] });
  const uid = box.host.account("ada")?.uid ?? 0;
  box.machine.listeners.set(8931, { uid, connections: 1, others: [1005] });

  const said = await box.apply({ users: [ADA] });

  const errors = said.flatMap(({ item }) => item.state === "problem" ? [item.summary] : []);
  assert.deepEqual(errors, [
    "port 8931 of playwright-mcp@ada.service is listened on by several " +
    `(numbers ${uid}, 1005), on one address each`,
  ]);
});
