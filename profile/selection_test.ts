import assert from "node:assert/strict";
import { databaseOf, isLeftOut, isLevelDb } from "./selection.ts";

Deno.test("isLeftOut() leaves out caches and the files of one run, and nothing a login is made of", () => {
  for (const name of ["Cache", "Code Cache", "GPUCache", "component_crx_cache"]) {
    assert.ok(isLeftOut(name, "directory"), name);
  }
  for (const name of ["SingletonLock", "SingletonSocket", "SingletonCookie", "hearth_xauthority"]) {
    assert.ok(isLeftOut(name, "file"), name);
  }
  const kept = [
    "Default",
    "Local Storage",
    "IndexedDB",
    "Sessions",
    "Service Worker",
    "WebStorage",
  ];
  for (const name of kept) assert.ok(!isLeftOut(name, "directory"), name);
  for (const name of ["Cookies", "Login Data", "Local State", "Preferences", "LOCK"]) {
    assert.ok(!isLeftOut(name, "file"), name);
  }
});

Deno.test("databaseOf() names the database of its companions only", () => {
  assert.equal(databaseOf("Cookies-journal"), "Cookies");
  assert.equal(databaseOf("DIPS-wal"), "DIPS");
  assert.equal(databaseOf("DIPS-shm"), "DIPS");
  assert.equal(databaseOf("Cookies"), undefined);
});

Deno.test("isLevelDb() needs both of what every LevelDB has", () => {
  assert.ok(isLevelDb(["000003.log", "CURRENT", "LOCK", "MANIFEST-000001"]));
  assert.ok(!isLevelDb(["CURRENT"]));
  assert.ok(!isLevelDb(["MANIFEST-000001"]));
});
