/**
 * Golden pairs of the corpus, and what holds for every roster.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { anyName, testRoster, testUser } from "../tests/support/roster.ts";
import { derive, type DerivedState, derivedText, type DeriveOptions } from "./derive.ts";
import { loadLedger, loadRoster } from "./load.ts";
import { HEARTH_PORTS } from "./port_ledger.ts";
import { type Roster, TIERS } from "./roster_schema.ts";
import { groupsToAdd } from "./tier_groups.ts";

const GOLDEN = new URL("../tests/corpora/roster/derive/", import.meta.url).pathname;

function derived(roster: Roster, options: DeriveOptions = {}): DerivedState {
  const derivation = derive(roster, options);
  assert.ok(derivation.isComplete, derivation.isComplete ? "" : derivation.reason);
  return derivation.state;
}

const cases = [...Deno.readDirSync(GOLDEN)].map(({ name }) => name).sort();

for (const name of cases) {
  Deno.test(`derive() gives the bytes of expected.json when the corpus has ${name}`, async () => {
    const folder = `${GOLDEN}${name}/`;
    const has = (file: string) => [...Deno.readDirSync(folder)].some(({ name }) => name === file);
    const ledger = async (file: string) =>
      (await loadLedger(Deno.readFile, has(file) ? `${folder}${file}` : undefined)).ledger;

    const state = derived((await loadRoster(Deno.readFile, `${folder}roster.yaml`)).roster, {
      ports: await ledger("ports.json"),
      playwrightPorts: await ledger("playwright_ports.json"),
    });

    assert.equal(derivedText(state), await Deno.readTextFile(`${folder}expected.json`));
  });
}

Deno.test("derive() has golden pairs", () => assert.ok(cases.length >= 5));

Deno.test("derive() gives the groups of each tier and takes none away", () => {
  const { accounts } = derived(testRoster(
    testUser("ada", { tier: "admin" }),
    "bob",
    testUser("cy", { tier: "namespace-owner" }),
  ));

  assert.deepEqual(accounts.map(({ groups }) => groups), [
    ["code-shared", "docker", "sudo"],
    [],
    [],
  ]);
  assert.deepEqual(groupsToAdd(["docker", "sudo"], ["audio", "sudo"]), ["docker"]);
  assert.deepEqual(groupsToAdd(["docker"], ["docker"]), []);
});

Deno.test("derive() changes nothing but the Claude login when a user is parked", () => {
  const [running] = derived(testRoster("ada")).accounts;
  const parked = derived(testRoster(testUser("ada", { parked: true })));
  const unparked = derived(testRoster(testUser("ada", { claude_auth: false })));

  assert.deepEqual(parked.accounts, [{ ...running, parked: true, claude_auth: false }]);
  assert.equal(parked.dispatch.ada?.port, 3773);
  assert.equal(unparked.accounts[0]?.claude_auth, false);
});

Deno.test("derive() writes a list of no admins when nobody is one", () => {
  const { ttyd_admins } = derived(testRoster("ada", "bob"));

  assert.match(ttyd_admins, /^# DO NOT EDIT[^\n]*\n$/);
});

Deno.test("derive() maps an identity without its domain, as the dispatcher looks it up", () => {
  const { dispatch, ttyd_user_map } = derived(
    testRoster(testUser("ada", { authentik_user: "Ada@example.com" })),
  );

  assert.deepEqual(dispatch, { Ada: { os_user: "ada", port: 3773 } });
  assert.match(ttyd_user_map, /^# DO NOT EDIT[^\n]*\nAda@example\.com=ada\n$/);
});

Deno.test("derive() gives no sites to a user who was granted none", () => {
  const { access } = derived(testRoster(
    "ada",
    testUser("bob", { browser: { sites: [] } }),
    testUser("cy", { browser: { sites: ["b.example", "a.example"] } }),
  ));

  assert.deepEqual(access, { cy: { sites: ["a.example", "b.example"] } });
});

Deno.test("derive() refuses when a port is one user's for t3 and another's for MCP", () => {
  const derivation = derive(testRoster("ada"), {
    ports: new Map([["ada", 9000]]),
    playwrightPorts: new Map([["bob", 9000]]),
  });

  assert.deepEqual(derivation, {
    isComplete: false,
    reason: "port 9000 is the t3 port of ada and the MCP port of bob, must be of one only",
  });
});

Deno.test("derive() names who is left when the ports run out", () => {
  const range = { first: 5_000, last: 5_000 };

  const derivation = derive(testRoster("a", "b", "c", "d", "e"), { t3Range: range });

  assert.deepEqual(derivation, {
    isComplete: false,
    reason: "no t3 port is left for b, c, d and 1 more, must free some (roster ports --free)",
  });
});

const anyRoster: fc.Arbitrary<Roster> = fc.uniqueArray(
  fc.record({ name: anyName, tier: fc.constantFrom(...TIERS), parked: fc.boolean() }),
  { selector: ({ name }) => name },
).map((users) => testRoster(...users.map(({ name, ...fields }) => testUser(name, fields))));

Deno.test("derive() gives the same bytes when users stand in another order", () => {
  fc.assert(
    fc.property(anyRoster, ({ users }) => {
      const text = derivedText(derived({ users }));

      assert.equal(derivedText(derived({ users: users.toReversed() })), text);
      assert.equal(derivedText(derived({ users })), text);
    }),
  );
});

Deno.test("derive() keeps every port for ever when its ports are handed back to it", () => {
  fc.assert(
    fc.property(fc.array(anyRoster, { minLength: 1, maxLength: 8 }), (rosters) => {
      const owners = new Map<number, string>();
      let state: DerivedState | undefined;
      for (const roster of rosters) {
        state = derived(roster, {
          ports: new Map(Object.entries(state?.ports ?? {})),
          playwrightPorts: new Map(Object.entries(state?.playwright_ports ?? {})),
        });

        for (const { os_user, t3_port, playwright_port } of state.accounts) {
          for (const port of [t3_port, playwright_port]) {
            const owner = `${os_user} ${port === t3_port ? "t3" : "mcp"}`;
            assert.equal(owners.get(port) ?? owner, owner);
            owners.set(port, owner);
            assert.ok(!HEARTH_PORTS.has(port));
          }
          assert.equal(state.dispatch[os_user]?.port, t3_port);
        }
        assert.equal(Object.keys(state.dispatch).length, roster.users.length);
        assert.equal(state.ttyd_user_map.trim().split("\n").length, roster.users.length + 1);
      }
    }),
  );
});
