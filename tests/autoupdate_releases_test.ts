/**
 * Builds from a repository's releases instead of a registry: the same updater, another source.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { fillUser, makeAutoupdateBox, nodeAndNpm } from "./support/autoupdate_box.ts";
import { build, ERAS, FLAWS } from "./t3_fixture/builds.ts";
import { startReleases } from "./t3_fixture/releases.ts";

const OLD = "0.1.10-nightly.20261116.4801";
const NEW = "0.1.10-nightly.20261116.4900";
const BAD = "0.1.10-nightly.20261117.999";

Deno.test("autoupdate follows the releases of a repository", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-releases-test-" });
  try {
    await using releases = await startReleases();
    const shared = {
      nodeDir: await nodeAndNpm(`${directory}/node`),
      versionsDir: `${directory}/versions`,
    };
    // No registry: whoever asked one would fail.
    const nowhere = { url: "http://127.0.0.1:1/" };
    await using box = await makeAutoupdateBox(nowhere, ["ada"], shared);
    const night = (env: Readonly<Record<string, string>> = {}) =>
      box.update("run", { env: { T3_SOURCE: "releases", T3_RELEASES: releases.index, ...env } });
    await releases.release(build(OLD, ERAS.environmentCookie));

    await t.step(
      "it installs the newest and records the digest it was checked against",
      async () => {
        const { code, log } = await night();

        assert.equal(code, 0, log);
        assert.deepEqual(await box.versions(), { ada: OLD });
        const { lastGood } = await box.state();
        assert.match(lastGood?.integrity ?? "", /^sha256-[\w+/]{43}=$/);
        fillUser(box, "ada");
      },
    );

    await t.step(
      "it takes nothing that is being uploaded, nor a stable one for a nightly",
      async () => {
        await releases.release(build(NEW, ERAS.environmentCookie), { hasSums: false });
        await releases.release(build("0.1.11-preview.3", ERAS.environmentCookie));

        const { code, text, log } = await night();

        assert.deepEqual([code, text.split(":")[0]], [0, "nothing"], log);
      },
    );

    await t.step("it brings out what came, in the order of versions", async () => {
      await releases.release(build(NEW, ERAS.environmentCookie));

      const { code, log } = await night();

      assert.equal(code, 0, log);
      assert.deepEqual(await box.versions(), { ada: NEW });
    });

    await t.step("it blames nobody for what the repository does", async () => {
      const files = new Map(releases.files);
      await releases.release(build(BAD, FLAWS.cookieMissing));
      for (const path of releases.files.keys()) {
        if (!files.has(path) && path.endsWith(".tar.gz")) {
          releases.files.set(path, new Uint8Array(1_000));
        }
      }
      const damaged = await night();
      assert.match(damaged.text, /^inconclusive: the release has sha256-/, damaged.log);
      releases.status = 503;
      const down = await night();
      assert.match(down.text, /^inconclusive: http.*: 503 /, down.log);
      releases.status = 200;
      const missing = await night({ T3_PIN: "0.1.9" });
      assert.match(missing.text, /^inconclusive: http.*: 404 /, missing.log);

      const { skipped, lastGood } = await box.state();
      assert.deepEqual([skipped, lastGood?.version], [{}, NEW]);
    });

    await t.step("it refuses a bad build from there as from anywhere", async () => {
      await releases.release(build(BAD, FLAWS.cookieMissing));

      const { code, log } = await night({ T3_PIN: BAD });

      assert.equal(code, 4, log);
      assert.deepEqual(await box.versions(), { ada: NEW });
    });
  } finally {
    await runCommand("/bin/sh", ["-c", 'chmod -R u+w "$0" && rm -rf "$0"', directory]);
  }
});
