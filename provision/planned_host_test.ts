/**
 * What a plan foresees is what a machine then is: both are told the same actions, and asked the
 * same questions after each.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../core/secret.ts";
import type { Action } from "./action.ts";
import { digestOf } from "./digest.ts";
import type { HostView } from "./host_view.ts";
import { type MemoryMachine, memoryMachine } from "./memory_machine.ts";
import { plannedHost } from "./planned_host.ts";

const USERS = ["ada", "bob"] as const;
const GROUPS = ["docker", "shared"] as const;
const UNITS = ["t3@ada.service", "t3@bob.service"] as const;
const PATHS = [
  ...["/etc/map", "/etc/map.d", "/etc/map.d/one", "/opt/current"],
  ...USERS.flatMap((user) => [`/home/${user}/file`, `/home/${user}/.a/b/file`]),
] as const;

/** A bare machine that has a template. */
function machineWithTemplate(): MemoryMachine {
  const machine = memoryMachine();
  const bytes = new Uint8Array();
  machine.files.set("/etc/systemd/system/t3@.service", {
    kind: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    bytes,
  });
  return machine;
}

const user = fc.constantFrom(...USERS);
const group = fc.constantFrom(...GROUPS);
const unit = fc.constantFrom(...UNITS);
const path = fc.constantFrom(...PATHS);
const mode = fc.constantFrom(0o600, 0o644, 0o2770);
const owner = fc.constantFrom(
  ...["root", ...USERS].map((name) => ({ user: name, group: name })),
  { user: "root", group: "docker" },
);

type Asked = Action extends infer A
  ? A extends { readonly kind: "write_file" } ? Omit<A, "before"> : A
  : never;

const ACTION: fc.Arbitrary<Asked> = fc.oneof(
  user.map((name) => ({ kind: "create_account", user: name, shell: "/bin/bash" } as const)),
  user.map((name) => ({ kind: "create_home", user: name, home: `/home/${name}` } as const)),
  group.map((name) => ({ kind: "create_group", group: name } as const)),
  fc.tuple(user, group).map(([name, of]) =>
    ({ kind: "join_group", user: name, group: of }) as const
  ),
  user.map((name) => ({ kind: "expire_account", user: name } as const)),
  user.map((name) => ({ kind: "revive_account", user: name } as const)),
  fc.tuple(path, mode, owner, fc.string(), fc.boolean()).map(
    ([at, bits, of, text, isSecret]) => ({
      kind: "write_file" as const,
      path: at,
      content: isSecret ? new Secret(text) : new TextEncoder().encode(text),
      mode: bits,
      owner: of,
      ...(of.user === "root" ? {} : { as: of.user }),
    }),
  ),
  fc.tuple(path, mode, owner).map(([at, bits, of]) => ({
    kind: "make_directory" as const,
    path: at,
    mode: bits,
    owner: of,
    ...(of.user === "root" ? {} : { as: of.user }),
  })),
  fc.tuple(path, mode).map(([at, bits]) =>
    ({ kind: "change_mode", path: at, mode: bits }) as const
  ),
  fc.tuple(path, owner).map(([at, of]) => ({ kind: "change_owner", path: at, owner: of }) as const),
  fc.tuple(path, fc.constantFrom("1", "../2")).map(([at, target]) =>
    ({ kind: "link", path: at, target }) as const
  ),
  fc.tuple(unit, fc.boolean()).map(([name, isStarted]) =>
    ({ kind: "enable_unit", unit: name, isStarted }) as const
  ),
  unit.map((name) => ({ kind: "disable_unit", unit: name } as const)),
  unit.map((name) => ({ kind: "restart_unit", unit: name } as const)),
);

/** Everything that is asked, with names in place of numbers, which nobody foresees. */
function facts(host: HostView): unknown {
  const names = new Map<number, string>();
  for (const name of ["root", ...USERS, ...GROUPS]) {
    const id = host.account(name)?.uid ?? host.group(name)?.gid;
    if (id !== undefined) names.set(id, name);
  }
  const file = (at: string) => {
    const fact = host.file(at);
    if (fact.kind !== "file" && fact.kind !== "directory") return fact;
    return { ...fact, uid: names.get(fact.uid), gid: names.get(fact.gid), bytes: host.bytes(at) };
  };
  const parents = USERS.flatMap((name) => [`/home/${name}`, `/home/${name}/.a`]);
  return {
    accounts: USERS.map((name) => {
      const account = host.account(name);
      return account && { ...account, uid: names.get(account.uid), gid: names.get(account.gid) };
    }),
    groups: GROUPS.map((name) => [...host.group(name)?.members ?? ["none"]].sort()),
    units: UNITS.map((name) => host.unit(name)),
    files: [...PATHS, ...parents].map((at) => [at, file(at)]),
    names: ["/etc", "/opt", "/home", "/etc/map.d", ...parents].map((at) => [at, host.names(at)]),
  };
}

Deno.test("plannedHost() foresees what a machine then is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ACTION, { maxLength: 40, size: "max" }), async (asked) => {
      const machine = machineWithTemplate();
      const planned = plannedHost(machineWithTemplate().host);
      for (const one of asked) {
        const bytes = "path" in one ? machine.host.bytes(one.path) : undefined;
        const action: Action = one.kind === "write_file"
          ? { ...one, before: bytes === undefined ? undefined : digestOf(bytes) }
          : one;
        if ((await machine.perform(action)).isDone) planned.foresee(action);
        assert.deepEqual(facts(planned), facts(machine.host), `after ${JSON.stringify(action)}`);
      }
    }),
    { numRuns: 300 },
  );
});
