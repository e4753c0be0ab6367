/**
 * The table of `docs/reference/autoupdate.md`, held against the updater: real npm, a real registry,
 * real servers and databases.
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
import { BUILDS } from "./support/matrix_builds.ts";
import { readTable } from "./support/outcome_table.ts";
import { dieWhileSoaking } from "./support/soaking_death.ts";
import { type Build, build, ERAS } from "./t3_fixture/builds.ts";
import { startRegistry, type TestRegistry } from "./t3_fixture/registry.ts";

const BASE = "0.0.30-nightly.20260601.1";
const USERS = ["ada", "grace"];

const ROWS = readTable("docs/reference/autoupdate.md", "build");

interface Shared {
  readonly registry: TestRegistry;
  readonly nodeDir: string;
  /** Where versions of a name go; a lock would not hold two boxes apart there. */
  readonly versionsDir: (name: string) => string;
}

/** One registry with every build, each under a tag of its own, and the versions staged once. */
async function withBuilds(work: (shared: Shared) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-matrix-" });
  try {
    await using registry = await startRegistry();
    const nodeDir = await nodeAndNpm(`${directory}/node`);
    await registry.publish(build(BASE, ERAS.portCookie), "base");
    for (const row of ROWS) await registry.publish(buildOf(row["build"] ?? ""), "unused");
    await work({
      registry,
      nodeDir,
      versionsDir: (name) => `${directory}/versions-${name.replaceAll(" ", "-")}`,
    });
  } finally {
    await runCommand("/bin/sh", ["-c", 'chmod -R u+w "$0" && rm -rf "$0"', directory]);
  }
}

function buildOf(name: string): Build {
  const difference = BUILDS[name];
  if (difference === undefined) throw new Error(`the table has a build "${name}" nobody knows`);
  return build(versionOf(name), ERAS.portCookie, difference);
}

function versionOf(name: string): string {
  const run = ROWS.findIndex((row) => row["build"] === name);
  return `0.0.40-nightly.20260701.${100 + run}`;
}

type Row = Readonly<Record<string, string>>;

/** A soak is as long as it takes a slow machine to see its server die, where there is one to see. */
function settingsOf(row: Row): Readonly<Record<string, string>> {
  const isDying = row["build"] === "crashesLater";
  return { T3_PIN: versionOf(row["build"] ?? ""), T3_SOAK_SECONDS: isDying ? "60" : "0" };
}

/** One run to a build. */
async function updateTo(box: AutoupdateBox, row: Row): Promise<UpdaterRun> {
  await using _death = row["build"] === "crashesLater" ? dieWhileSoaking(box) : undefined;
  return await box.update("run", { env: settingsOf(row) });
}

/** What happened, in the words of the table. */
async function outcome(
  box: AutoupdateBox,
  version: string,
  { code, log }: UpdaterRun,
): Promise<string> {
  const { lastGood, skipped, waitingSince, lastRun } = await box.state();
  const skip = skipped[version];
  if (lastGood?.version === version) {
    const waiting = Object.keys(waitingSince).map((user) => `, and ${user} waits`).join("");
    assert.equal(code, 0);
    return `committed${waiting}`;
  }
  if (lastRun?.result === "rolled-back") {
    assert.deepEqual([code, skip?.stage, await box.isFrozen()], [5, "soak", true], log);
    return "rolled back";
  }
  assert.deepEqual([code, await box.isFrozen(), lastRun?.result], [4, false, "refused"], log);
  return `refused at ${skip?.stage ?? "once"}`;
}

async function assertEverybodyWorks(box: AutoupdateBox, expected: Record<string, string[]>) {
  for (const { user, port } of box.instances) {
    const response = await fetch(`http://127.0.0.1:${port}/.well-known/t3/environment`);
    const { serverVersion } = await response.json();
    assert.equal(serverVersion, (await box.versions())[user], user);
    assert.deepEqual(box.threads(user), expected[user], `threads of ${user}`);
  }
}

/** A box that has the base version, taken through every build of one column of the table. */
async function column(
  name: string,
  shared: Shared,
  fill: (box: AutoupdateBox) => void,
): Promise<readonly string[]> {
  const faults: string[] = [];
  const versionsDir = shared.versionsDir(name);
  await using box = await makeAutoupdateBox(shared.registry, USERS, { ...shared, versionsDir });
  const start = await box.update("run", { env: { T3_PIN: BASE } });
  assert.equal(start.code, 0, start.log);
  fill(box);
  const threads = Object.fromEntries(USERS.map((user) => [user, [...box.threads(user)]]));
  for (const row of ROWS) {
    const version = versionOf(row["build"] ?? "");
    const env = settingsOf(row);
    const end = await updateTo(box, row);
    const happened = await outcome(box, version, end);
    if (happened !== row[name]) {
      faults.push(`${name}: ${row["build"]}: ${happened}, must be ${row[name]}\n${end.log}`);
    }
    await assertEverybodyWorks(box, threads);
    if (name === "idle") {
      const again = await box.update("run", { env });
      if (!/^(?:nothing|refused|frozen)/.test(again.text)) faults.push(`again: ${again.text}`);
    }
    if (happened.startsWith("committed")) {
      const back = await box.update("rollback");
      assert.match(back.text, /^rolled-back/, `${row["build"]}: ${back.text}${back.log}`);
    }
    if (await box.isFrozen()) await box.unfreeze();
    assert.deepEqual(await box.versions(), { ada: BASE, grace: BASE }, `${name}: ${row["build"]}`);
    await assertEverybodyWorks(box, threads);
  }
  return faults;
}

/** A fresh box for each build. */
async function firstRuns(shared: Shared): Promise<readonly string[]> {
  const faults: string[] = [];
  const versionsDir = shared.versionsDir("first run");
  for (const row of ROWS) {
    const version = versionOf(row["build"] ?? "");
    await using box = await makeAutoupdateBox(shared.registry, USERS, { ...shared, versionsDir });
    const end = await updateTo(box, row);
    const happened = await outcome(box, version, end);
    if (happened !== row["first run"]) {
      faults.push(`first: ${row["build"]}: ${happened}, must be ${row["first run"]}\n${end.log}`);
    }
    const versions = happened === "committed" ? { ada: version, grace: version } : {};
    assert.deepEqual(await box.versions(), versions);
  }
  return faults;
}

Deno.test("autoupdate does with every build what the reference says", () =>
  withBuilds(async (shared) => {
    // At a time: they wait for servers more than they compute.
    const columns = await Promise.all([
      column("idle", shared, (box) => USERS.forEach((user) => fillUser(box, user))),
      column("one busy", shared, (box) => {
        fillUser(box, "ada", { isBusy: true });
        fillUser(box, "grace");
      }),
      column("one alone", shared, (box) => fillUser(box, "grace", { titles: ["poison"] })),
      firstRuns(shared),
    ]);

    assert.deepEqual(columns.flat(), []);
  }));
