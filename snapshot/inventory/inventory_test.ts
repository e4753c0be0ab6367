import assert from "node:assert/strict";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import { hostsText, recordLog, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { WHOLE_GRANT } from "../access/grant.ts";
import { parseStorageState } from "../storage_state.ts";
import { createInventory } from "./inventory.ts";

Deno.test("createInventory() knows of changes before its start when generations were kept", async () => {
  await using directory = await testDirectory();
  const folder = `${directory.path}/generations`;
  await Deno.mkdir(folder);
  const kept = [
    { "a.example": "1", "b.example": "1" },
    { "a.example": "1", "b.example": "2" },
  ];
  for (const [at, values] of kept.entries()) {
    const path = `${folder}/000000000${at + 1}.json`;
    await Deno.writeTextFile(path, hostsText(values));
    await Deno.utime(path, 1_000 * (at + 1), 1_000 * (at + 1));
  }
  await Deno.writeTextFile(`${folder}/0000000003.json`, "half a fi");
  await Deno.writeTextFile(`${folder}/notes.txt`, "no generation");
  const { log, lines } = recordLog();
  const path = `${directory.path}/storage-state.json`;
  const inventory = createInventory({ path, clock: createFakeClock(), log });
  const latest = parseStorageState(
    hostsText({ "a.example": "1", "b.example": "2", "c.example": "1" }),
  );

  await inventory.note({ state: latest, writtenMs: 4_000_000 });

  const rows = inventory.rows(latest, WHOLE_GRANT);
  assert.deepEqual(rows.map(({ site, lastChangedAt }) => [site, Date.parse(lastChangedAt ?? "")]), [
    ["a.example", 1_000_000],
    ["b.example", 2_000_000],
    ["c.example", 4_000_000],
  ]);
  assert.deepEqual(lines, []);
});

Deno.test("createInventory() begins with the first generation when none were kept", async () => {
  await using directory = await testDirectory();
  const { log } = recordLog();
  const path = `${directory.path}/storage-state.json`;
  const inventory = createInventory({ path, clock: createFakeClock(), log });
  const [first, second] = ["1", "2"].map((value) =>
    parseStorageState(hostsText({ "a.example": value, "b.example": "1" }))
  );

  await inventory.note({ state: first ?? assert.fail(), writtenMs: 1_000 });
  await inventory.note({ state: second ?? assert.fail(), writtenMs: 2_000 });

  const rows = inventory.rows(second ?? assert.fail(), {
    sites: ["a.example"],
    deny: [],
    hasNoSessionCookies: false,
  });
  assert.deepEqual(rows.map(({ site, lastChangedAt }) => [site, Date.parse(lastChangedAt ?? "")]), [
    ["a.example", 2_000],
  ]);
});
