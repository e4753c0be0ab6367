import assert from "node:assert/strict";
import fc from "fast-check";
import { archiveName, parseArchiveName } from "./archive_name.ts";
import type { ArchiveDirectory, ListedArchive } from "./list_archives.ts";
import { planPrune } from "./prune_archives.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse("2026-11-21T00:00:00Z");

const DIRECTORY: fc.Arbitrary<ArchiveDirectory> = fc.uniqueArray(fc.nat(100), { maxLength: 12 })
  .map((ages) => ({
    orphans: [],
    archives: ages.sort((a, b) => a - b).map((days): ListedArchive => {
      const name = archiveName(NOW_MS - days * DAY_MS, false);
      const madeMs = parseArchiveName(name)?.madeMs ?? Number.NaN;
      return { name, madeMs, isEncrypted: false, size: 1, hasDigest: days % 2 === 0 };
    }),
  }));

Deno.test("planPrune() removes what is too old, with its digest, and never the newest", () => {
  fc.assert(fc.property(DIRECTORY, fc.integer({ min: 1, max: 60 }), (directory, days) => {
    const plan = new Set(planPrune(directory, NOW_MS, days));

    for (const [at, { name, madeMs, hasDigest }] of directory.archives.entries()) {
      const isOld = at > 0 && madeMs < NOW_MS - days * DAY_MS;
      assert.equal(plan.has(name), isOld, name);
      assert.equal(plan.has(`${name}.sha256`), isOld && hasDigest);
    }
  }));
});

Deno.test("planPrune() removes digests whose archive is gone", () => {
  const orphans = ["2026_11_20_00_00_00.tar.gz.sha256"];

  assert.deepEqual(planPrune({ archives: [], orphans }, NOW_MS, 30), orphans);
});
