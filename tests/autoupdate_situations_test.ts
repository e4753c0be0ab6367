/**
 * The second table of `docs/reference/autoupdate.md`: a good build, and something else the matter.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import {
  type AutoupdateBox,
  fillUser,
  makeAutoupdateBox,
  nodeAndNpm,
  type UpdaterRun,
} from "./support/autoupdate_box.ts";
import { readTable } from "./support/outcome_table.ts";
import { build, ERAS } from "./t3_fixture/builds.ts";
import { startRegistry, type TestRegistry } from "./t3_fixture/registry.ts";

const OLD = "0.0.34-nightly.20260701.2";
const OLDER = "0.0.34-nightly.20260701.1";
const NEW = "0.0.35-nightly.20260702.1";
const ROWS = readTable("docs/reference/autoupdate.md", "situation");

interface Scene {
  readonly box: AutoupdateBox;
  readonly registry: TestRegistry;
}

type Situation = (scene: Scene) => Promise<UpdaterRun>;

const SITUATIONS: Readonly<Record<string, Situation>> = {
  async "the brake is on"({ box }) {
    await Deno.writeTextFile(`${box.directory}/freeze`, "demo on Friday\n");
    const end = await box.update("run");
    await box.unfreeze();
    return end;
  },
  "pinned to the old one": ({ box }) => box.update("run", { env: { T3_PIN: OLD } }),
  async "the tag moved backward"({ box, registry }) {
    await registry.tag(OLDER, "nightly");
    const end = await box.update("run");
    await registry.tag(NEW, "nightly");
    return end;
  },
  "the build is too young": ({ box }) => box.update("run", { env: { T3_MIN_AGE_HOURS: "48" } }),
  "the build was unpublished": ({ box }) =>
    box.update("run", { env: { T3_PIN: "0.0.35-nightly.20260702.9" } }),
  async "the registry is down"({ box, registry }) {
    await registry.pause();
    const end = await box.update("run");
    await registry.resume();
    return end;
  },
  "scratch for the gate is full": ({ box }) =>
    onFullDisk(box, (path) => box.update("run", { env: { T3_TMPDIR: path } })),
  "the disk of the copies is full": ({ box }) =>
    onFullDisk(box, (path) => box.update("run", { env: { T3_BACKUP_DEST: path } })),
  "the disk of the journal is full": ({ box }) =>
    onFullDisk(box, async (path) => {
      const fill = 'cp -a "$0/." "$1" && ! dd if=/dev/zero of="$1/fill" bs=4k status=none';
      const { code, stderr } = await runCommand("/bin/sh", [
        "-c",
        fill,
        `${box.directory}/state`,
        path,
      ]);
      assert.equal(code, 0, stderr);
      return await box.update("run", { env: { T3_STATE_DIR: path } });
    }),
  async "the front door is down"({ box }) {
    box.door.isBroken = true;
    const end = await box.update("run");
    box.door.isBroken = false;
    return end;
  },
  "nothing is the matter": ({ box }) => box.update("run"),
  async "a rollback, with the registry off"({ box, registry }) {
    await registry.pause();
    const end = await box.update("rollback");
    await registry.resume();
    return end;
  },
};

/** A real full disk where this may mount one, else a place where nothing can be written at all. */
async function onFullDisk<T>(box: AutoupdateBox, work: (path: string) => Promise<T>): Promise<T> {
  if (Deno.uid() !== 0) return await work("/proc/nowhere");
  const path = `${box.directory}/full`;
  await Deno.mkdir(path, { recursive: true });
  await runCommand("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path]);
  try {
    return await work(path);
  } finally {
    await runCommand("umount", ["--lazy", path]);
  }
}

Deno.test("autoupdate blames nobody when something else is the matter", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "hearth-situations-" });
  try {
    await using registry = await startRegistry();
    const nodeDir = await nodeAndNpm(`${directory}/node`);
    for (const version of [OLDER, OLD]) await registry.publish(build(version, ERAS.portCookie));
    const versionsDir = `${directory}/versions`;
    await using box = await makeAutoupdateBox(registry, ["ada", "grace"], { nodeDir, versionsDir });
    assert.equal((await box.update("run")).code, 0);
    for (const user of ["ada", "grace"]) fillUser(box, user);
    await registry.publish(build(NEW, ERAS.environmentCookie));

    assert.deepEqual(ROWS.map((row) => row["situation"]), Object.keys(SITUATIONS));
    for (const row of ROWS) {
      const situation = row["situation"] ?? "";
      // Whoever may not mount a disk cannot fill one that holds a journal.
      const ignore = situation === "the disk of the journal is full" && Deno.uid() !== 0;
      const step = async () => {
        const act = SITUATIONS[situation];
        assert.ok(act !== undefined);
        const { code, text, log } = await act({ box, registry });

        const { lastGood, skipped } = await box.state();
        const versionOf = (word: string | undefined) => word === "new" ? NEW : OLD;
        assert.equal(text.split(":")[0], row["ends as"], `${text}\n${log}`);
        assert.equal(code, Number(row["exit code"]), log);
        assert.equal(lastGood?.version, versionOf(row["last good"]), log);
        const theirs = versionOf(row["users have"]);
        assert.deepEqual(await box.versions(), { ada: theirs, grace: theirs }, log);
        if (situation !== "a rollback, with the registry off") assert.deepEqual(skipped, {}, log);
        for (const user of ["ada", "grace"]) assert.equal(box.threads(user).length, 4, user);
      };
      await t.step({ name: situation, ignore, fn: step });
    }
  } finally {
    await runCommand("/bin/sh", ["-c", 'chmod -R u+w "$0" && rm -rf "$0"', directory]);
  }
});
