import assert from "node:assert/strict";
import fc from "fast-check";
import { archiveName, parseArchiveName } from "./archive_name.ts";

Deno.test("archiveName() gives back its moment when it is parsed, and sorts by it", () => {
  const moment = fc.integer({ min: 0, max: 253_402_300_799 });
  fc.assert(fc.property(moment, moment, fc.boolean(), (one, other, isEncrypted) => {
    const [a, b] = [archiveName(one * 1_000, isEncrypted), archiveName(other * 1_000, isEncrypted)];

    assert.deepEqual(parseArchiveName(a), { name: a, madeMs: one * 1_000, isEncrypted });
    assert.equal(Math.sign(one - other), a < b ? -1 : a > b ? 1 : 0);
  }));
});

Deno.test("parseArchiveName() understands the names of earlier backups", () => {
  assert.equal(
    parseArchiveName("2026_06_04_18.tar.gz")?.madeMs,
    Date.parse("2026-06-04T18:00:00Z"),
  );
});

Deno.test("parseArchiveName() takes nothing else for an archive", () => {
  for (
    const name of [
      "2026_06_04_18_23_05.tar.gz.sha256",
      ".2026_06_04_18_23_05.tar.gz.4a2b.tmp",
      "2026_02_30_18_23_05.tar.gz",
      "2026_06_04_25_23_05.tar.gz",
      "2026_06_04_18_23.tar.gz",
      "notes.tar.gz",
      "../2026_06_04_18.tar.gz",
    ]
  ) {
    assert.equal(parseArchiveName(name), undefined, name);
  }
});
