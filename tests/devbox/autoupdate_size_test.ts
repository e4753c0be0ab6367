/**
 * An update of a large database to which its server writes all the time, on a booted box: everything
 * that was committed before the stop is there afterwards, on the way there and on the way back.
 *
 * How long the server is away meanwhile is what `bench/autoupdate.ts` measures.
 *
 * @module
 */
import assert from "node:assert/strict";
import { build, ERAS } from "../t3_fixture/builds.ts";
import { startRegistry } from "../t3_fixture/registry.ts";
import { TICKS_FILE } from "../t3_fixture/ticks.ts";
import { holdPackagesLayer } from "./support/packages_layer.ts";
import { bootT3Box, type T3Box } from "./support/t3_box.ts";

const V1 = "0.0.34-nightly.20260701.1";
const V2 = "0.0.35-nightly.20260702.2";
const V3 = "0.0.36-nightly.20260703.3";
const USER = "ada";
const MEGABYTES = 200;

/** How many rows these versions committed, and how many of them are not there. */
async function ticks(t3: T3Box, versions: readonly string[]) {
  const list = versions.map((version) => `"${version}"`).join(", ");
  // The file first: the server goes on writing.
  const text = await t3.box.sh(
    `cd ~/.t3/userdata; cp ${TICKS_FILE} /tmp/ticks
     sqlite3 -cmd '.timeout 10000' -cmd '.separator " "' state.sqlite '
       CREATE TEMP TABLE written (n INTEGER PRIMARY KEY, version TEXT);
       CREATE TEMP TABLE lines (n INTEGER, version TEXT);' '.import /tmp/ticks lines' '
       SELECT count(*), count(*) FILTER (
         WHERE NOT EXISTS (SELECT 1 FROM ticks WHERE n = lines.n AND version = lines.version)
       ) FROM lines WHERE version IN (${list})'`,
    { user: USER, env: { HOME: `/home/${USER}` } },
  );
  const [written = NaN, lost = NaN] = text.trim().split(" ").map(Number);
  return { written, lost };
}

Deno.test("t3-autoupdate.service moves a large database that is written to, and takes it back", async (t) => {
  await using layer = await holdPackagesLayer();
  await using registry = await startRegistry();
  await registry.publish(build(V1, ERAS.portCookie));
  await using t3 = await bootT3Box(layer, registry, [USER]);
  const { box } = t3;
  assert.equal((await t3.update()).code, 0);
  await t3.fill(USER, { titles: ["of ada"] });
  await t3.grow(USER, MEGABYTES);
  await t3.flip(USER, { writeEveryMs: 5 });
  await box.sh(`systemctl restart t3-serve@${USER}`);
  const secured = async () => {
    const lines = (await box.read("/var/lib/t3-autoupdate/history.jsonl")).trim().split("\n");
    return lines.map((line) => JSON.parse(line)).findLast(({ did }) => did === "secure");
  };

  await t.step("it loses nothing that was written until the stop", async () => {
    await registry.publish(build(V2, ERAS.environmentCookie, {
      behaviour: { extraMigrations: [{ id: 50, name: "More", sql: ["CREATE TABLE more (id)"] }] },
    }));

    const { code, log } = await t3.update();

    assert.equal(code, 0, log);
    assert.deepEqual(await t3.running(), { [USER]: V2 });
    const { written, lost } = await ticks(t3, [V1, V2]);
    assert.ok(written > 100, `${written} rows`);
    assert.equal(lost, 0);
    const { backup, copyMs, stopMs, finishMs } = await secured();
    assert.ok(copyMs > 0 && stopMs > 0 && finishMs > 0, log);
    const manifest = JSON.parse(
      await box.read(`/var/backups/t3-state/${USER}/${backup}/manifest.json`),
    );
    // What V1 wrote after the large copy was made is in the copy as well.
    const rows = await ticks(t3, [V1]);
    assert.ok(manifest.files[0].facts.counts.ticks >= rows.written, JSON.stringify(manifest));
    assert.equal(manifest.parts, undefined, "its parts are together by now");
  });

  await t.step("it loses nothing of that either when the build fails later", async () => {
    await box.sh("sed -i s/T3_SOAK_SECONDS=4/T3_SOAK_SECONDS=300/ /etc/hearth/autoupdate.env");
    await registry.publish(build(V3, ERAS.environmentCookie, {
      behaviour: {
        extraMigrations: [
          { id: 50, name: "More", sql: ["CREATE TABLE more (id)"] },
          { id: 51, name: "Usage", sql: ["CREATE TABLE usage (id TEXT)"] },
        ],
      },
    }));

    const updated = t3.update();
    const state = "/var/lib/t3-autoupdate/state.json";
    await box.sh(
      `until grep -q '"phase": "soaking"' ${state}; do sleep 0.1; done
       while grep -q '"phase": "soaking"' ${state}; do
         # Between two deaths there is nothing to kill.
         systemctl kill --signal KILL --kill-who main t3-serve@${USER} || sleep 0.2; sleep 2
       done`,
      { deadlineMs: 600_000 },
    );
    const { code, log } = await updated;

    assert.equal(code, 5, log);
    assert.deepEqual(await t3.running(), { [USER]: V2 });
    assert.ok((await t3.threads(USER)).includes("of ada"));
    const { written, lost } = await ticks(t3, [V1, V2]);
    assert.ok(written > 200, `${written} rows`);
    assert.equal(lost, 0);
    assert.equal(await t3.enter(USER), "302 1\n");
    const aside = await box.sh(`ls /home/${USER}/.t3/userdata/kept-aside/*/`);
    assert.match(aside, /^state\.sqlite$/m);
  });
});
