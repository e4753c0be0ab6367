/**
 * A whole box, planned and applied on a machine in memory: whatever the roster, wherever a run is
 * killed, the next one converges to the same box.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Roster, RosterUser } from "../roster/roster_schema.ts";
import { ADA, Box, pending, TWO, user } from "./box_fixture.ts";

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
      const joined = new Set<string>();
      for (const roster of rosters) {
        await box.apply(roster);
        for (const [group, { members }] of box.machine.groups) {
          for (const member of members) joined.add(`${member} in ${group}`);
        }
        const ports = JSON.parse(box.text("/etc/hearth/ports.json")) as Record<string, number>;
        for (const [name, port] of Object.entries(ports)) {
          assert.equal(owners.get(port) ?? name, name);
          owners.set(port, name);
        }
      }
      assert.deepEqual(box.actions.filter(({ kind }) => kind === "restart_unit"), []);
      const left = [...box.machine.groups].flatMap(([group, { members }]) =>
        [...members].map((member) => `${member} in ${group}`)
      );
      assert.deepEqual(new Set(left), joined);
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

Deno.test("boxScopes() makes no account that another source has, and no other user waits", async () => {
  const box = new Box();
  box.machine.foreign.add("grace");
  // Made at her first login, as by pam_mkhomedir.
  box.machine.files.set("/home/grace", {
    kind: "directory",
    mode: 0o700,
    uid: 70_001,
    gid: 70_001,
  });

  for (const said of [await box.plan(TWO), await box.apply(TWO)]) {
    const problems = said.flatMap(({ item }) => item.state === "problem" ? [item] : []);
    assert.deepEqual(problems.map(({ scope, summary }) => [scope, summary]), [
      ["grace", "account grace is no account of /etc/passwd but of another source, LDAP say"],
    ]);
    // Neither home nor account are to be moved out of the way.
    assert.doesNotMatch(problems[0]?.fix ?? "", /move|useradd/);
  }
  assert.deepEqual(box.actions.filter((action) => "user" in action && action.user === "grace"), []);
  assert.equal(box.host.unit("playwright-mcp@ada.service").active, "active");
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
