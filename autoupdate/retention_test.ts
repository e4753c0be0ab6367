/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { StoredBackup } from "./manifest.ts";
import { evictBackups, evictVersions } from "./retention.ts";
import { emptyState, type State } from "./state.ts";

function copy(id: string, atMs: number, from?: string): StoredBackup {
  return {
    id,
    manifest: {
      format: 1,
      user: "ada",
      kind: from === undefined ? "nightly" : "update",
      ...(from === undefined ? {} : { from, to: "9.9.9" }),
      atMs,
      files: [],
    },
  };
}

const state: State = {
  ...emptyState(),
  lastGood: { version: "0.3.0", sinceMs: 0 },
  earlier: [{ version: "0.1.0", sinceMs: 0 }, { version: "0.2.0", sinceMs: 0 }],
};

Deno.test("evictBackups() keeps the newest nightly copies and the newest of each way back", () => {
  const copies = [
    copy("n1", 1),
    copy("n2", 2),
    copy("n3", 3),
    copy("old-way", 1, "0.1.0"),
    copy("way", 2, "0.1.0"),
    copy("way2", 2, "0.2.0"),
    copy("forgotten", 5, "0.0.9"),
  ];

  assert.deepEqual(evictBackups(copies, state, 2), ["n1", "old-way", "forgotten"]);
});

const anyCopy = fc.record({
  atMs: fc.nat(50),
  from: fc.option(fc.constantFrom("0.1.0", "0.2.0", "0.3.0", "0.0.9"), { nil: undefined }),
});

Deno.test("evictBackups() never evicts what the journal names, however many nights pass", () =>
  fc.assert(fc.property(
    fc.array(anyCopy, { minLength: 1, maxLength: 30 }),
    fc.nat(),
    fc.integer({ min: 1, max: 6 }),
    (list, pick, keep) => {
      const copies = list.map(({ atMs, from }, at) => copy(`c${at}`, atMs, from));
      const needed = copies[pick % copies.length]?.id ?? "";
      const inFlight: State = {
        ...state,
        update: {
          kind: "update",
          to: "0.4.0",
          startedMs: 0,
          phase: "soaking",
          attempts: 1,
          users: [{ user: "ada", from: "0.3.0", step: { at: "verified", backup: needed } }],
        },
      };
      const evicted = evictBackups(copies, inFlight, keep);
      assert.ok(!evicted.includes(needed));
      const left = copies.filter(({ id }) => !evicted.includes(id));
      for (const version of ["0.1.0", "0.2.0", "0.3.0"]) {
        const ways = copies.filter(({ manifest }) => manifest.from === version);
        const newest = Math.max(...ways.map(({ manifest }) => manifest.atMs));
        if (ways.length > 0) {
          assert.ok(
            left.some(({ manifest }) => manifest.from === version && manifest.atMs === newest),
          );
        }
      }
      assert.ok(left.filter(({ manifest }) => manifest.kind === "nightly").length <= keep + 1);
    },
  )));

Deno.test("evictVersions() keeps what somebody has, what was good, and what is under way", () => {
  const present = ["0.0.1", "0.0.9", "0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"];
  const moving: State = {
    ...state,
    pending: "0.5.0",
    update: {
      kind: "update",
      to: "0.4.0",
      startedMs: 0,
      phase: "canary",
      attempts: 1,
      users: [{ user: "ada", from: "0.0.9", step: { at: "waiting" } }],
    },
  };

  assert.deepEqual(evictVersions(present, moving, ["0.3.0"], 2), ["0.0.1"]);
  assert.deepEqual(evictVersions(present, state, ["0.0.9"], 1), [
    "0.0.1",
    "0.1.0",
    "0.4.0",
    "0.5.0",
  ]);
});
