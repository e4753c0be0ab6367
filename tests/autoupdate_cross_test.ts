/**
 * Every build × everybody idle, one busy, one user's own data, a fresh box × every situation,
 * against the tables of `docs/reference/autoupdate.md`; and a disk that fills up at every write of
 * each. Whole runs in memory (`support/night_box.ts`), with builds as the fixture makes them.
 *
 * The first table is what makes that worth something: `autoupdate_matrix_test.ts` proves it with
 * real servers, and here the same builds must give it again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DiskFull } from "../autoupdate/box_fixture.ts";
import type { RunEnd } from "../autoupdate/closing.ts";
import { run } from "../autoupdate/run.ts";
import { type BuildModel, modelOf } from "./support/build_model.ts";
import {
  makeNightBox,
  type Matter,
  NEW,
  type NightBox,
  type NightUser,
  OLD,
  OLDER,
} from "./support/night_box.ts";
import { BUILDS } from "./support/matrix_builds.ts";
import { readTable, readTables } from "./support/outcome_table.ts";
import { build, ERAS } from "./t3_fixture/builds.ts";

const PAGE = "docs/reference/autoupdate.md";
const FIRST = readTable(PAGE, "build");
const [USED, FRESH] = crossTables();

const THREADS = ["of ada", "Thread 0"];

/** The states of the first table's columns. */
const STATES: Readonly<Record<string, readonly NightUser[]>> = {
  "idle": [
    { name: "ada", isUsed: true, titles: THREADS },
    { name: "grace", isUsed: true, titles: THREADS },
  ],
  "one busy": [
    { name: "ada", isUsed: true, titles: THREADS, isBusy: true },
    { name: "grace", isUsed: true, titles: THREADS },
  ],
  "one alone": [
    { name: "ada", isUsed: true, titles: [] },
    { name: "grace", isUsed: true, titles: [...THREADS, "poison"] },
  ],
  "first run": [
    { name: "ada", isUsed: false, titles: [] },
    { name: "grace", isUsed: false, titles: [] },
  ],
};

/** The situations, in the order of the tables. */
const MATTERS: readonly Matter[] = [
  {},
  { isFrozen: true },
  { pin: OLD },
  { offers: OLDER },
  { minAgeHours: 48 },
  { isSilent: true },
  { isGone: true },
  { isSilent: true },
  { isDoorDown: true },
  { full: "versions" },
  { full: "scratch" },
  { full: "copies" },
  { full: "journal" },
  { full: "homes" },
];

function crossTables() {
  const tables = readTables(PAGE, "situation").filter(([row]) =>
    row !== undefined && "works" in row
  );
  const [used, fresh] = tables;
  assert.ok(used !== undefined && fresh !== undefined && tables.length === 2);
  return [used, fresh] as const;
}

/** The column of a build in the tables of situations. */
function kindOf(row: Readonly<Record<string, string>>, state: string): string {
  const { "idle": idle = "", "one alone": alone, "first run": first } = row;
  const isOneUsers = idle === "committed" && alone === "refused at gate";
  if (state === "one alone" && isOneUsers) return "fails on data";
  if (idle === "rolled back") return "dies later";
  if (idle === "refused at once") return "not for this Node";
  if (idle === "refused at stage") return "cannot be staged";
  if (idle === "refused at gate" && first !== "committed") return "fails anywhere";
  return idle === "committed" || state === "first run" ? "works" : "fails on data";
}

function modelNamed(name: string): BuildModel {
  const difference = BUILDS[name];
  assert.ok(difference !== undefined, `the table has a build "${name}" nobody knows`);
  return modelOf(build(NEW, ERAS.portCookie, difference));
}

/** What happened, in the words of the tables. */
async function outcome(night: NightBox, { result }: RunEnd): Promise<string> {
  const { lastGood, waitingSince, skipped } = await night.state();
  const waiting = Object.keys(waitingSince).map((user) => `, and ${user} waits`).join("");
  if (result === "committed") return `committed${waiting}`;
  if (result === "refused") return `refused at ${skipped[NEW]?.stage ?? "once"}`;
  if (result === "rolled-back") {
    assert.ok(await night.isFrozen());
    return "rolled back";
  }
  assert.notEqual(lastGood?.version, NEW);
  return result;
}

/** No false pass and no false reject, and nobody worse off: whatever the situation. */
async function assertSound(
  night: NightBox,
  model: BuildModel,
  users: readonly NightUser[],
  what: string,
): Promise<void> {
  const { skipped, lastGood, update } = await night.state();
  const isBad = model.isDying || model.stageFault !== undefined ||
    [{ isUsed: false, titles: [] }, ...users].some((one) => model.gateFault(one) !== undefined);
  if (skipped[NEW] !== undefined) assert.ok(isBad, `${what}: a false reject`);
  if (lastGood?.version === NEW) assert.ok(!isBad, `${what}: a false pass`);
  const isFresh = users.every(({ isUsed }) => !isUsed);
  assert.deepEqual(night.box.lostRows(), [], what);
  assert.deepEqual(night.box.dangers, [], what);
  if (!isFresh) assert.deepEqual(night.box.brokenUsers(), [], what);
  for (const { name, isBusy } of users) {
    const pointer = night.box.users.get(name)?.pointer;
    if (isBusy) assert.equal(pointer, OLD, `${what}: ${name} was busy`);
    if (pointer !== NEW || update !== undefined) continue;
    assert.equal(lastGood?.version, NEW, `${what}: ${name} has what is not good`);
  }
}

for (const [state, users] of Object.entries(STATES)) {
  Deno.test(`autoupdate ends every build as its table says in every situation (${state})`, async () => {
    const rows = state === "first run" ? FRESH : USED;
    assert.equal(rows.length, MATTERS.length);
    const faults: string[] = [];
    for (const first of FIRST) {
      const name = first["build"] ?? "";
      const model = modelNamed(name);
      for (const [at, row] of rows.entries()) {
        const what = `${name}, ${state}, ${row["situation"]}`;
        await using night = await makeNightBox(model, users, MATTERS[at] ?? {});
        const happened = await outcome(night, await run(night.context()));
        const cell = row[kindOf(first, state)] ?? "";
        const waits = state === "one busy" && cell === "committed" ? ", and ada waits" : "";
        if (happened !== `${cell}${waits}`) {
          faults.push(`${what}: ${happened}, must be ${cell}${waits}`);
        }
        if (at === 0 && happened !== first[state]) faults.push(`${what}: not as real servers did`);
        await assertSound(night, model, users, what);
        const { lastGood } = await night.state();
        const asked = MATTERS[at]?.pin ?? MATTERS[at]?.offers;
        if (happened.startsWith("committed")) assert.equal(lastGood?.version, asked ?? NEW, what);
        // What lasts for days is still nobody's fault.
        for (let more = 2; more <= 5; more++) {
          await run(night.context());
          await assertSound(night, model, users, `${what}, night ${more}`);
        }
      }
    }

    assert.deepEqual(faults, []);
  });
}

/** One build of each kind: the others differ in nothing that a disk could bring out. */
const KINDS = new Map(FIRST.map((row) => [kindOf(row, "idle"), row["build"] ?? ""]));

for (const [state, users] of Object.entries(STATES)) {
  Deno.test(`autoupdate judges every build well when a disk fills up at any write (${state})`, async () => {
    for (const [kind, name] of [...KINDS, ["of one user", "pairingFailsForPoison"] as const]) {
      const model = modelNamed(name);
      await using whole = await makeNightBox(model, users, {});
      await runs(whole, 1);
      for (const nights of [1, 3]) {
        for (let at = 1; at <= whole.box.writes; at++) {
          const what = `${kind}, ${state}: the disk is full at write ${at}, for ${nights} nights`;
          await using night = await makeNightBox(model, users, {});
          night.box.fullAt(at, nights === 1 ? at + 1 : Infinity);
          await runs(night, nights);
          await assertSound(night, model, users, what);
          night.box.fullAt(Infinity, Infinity);
          await runs(night, 3);
          await assertSound(night, model, users, what);
          assert.equal((await night.state()).update, undefined, what);
        }
      }
    }
  });
}

/** Nights on a disk that may be full: a run that cannot write its journal ends with a sentence. */
async function runs(night: NightBox, nights: number): Promise<void> {
  for (let one = 0; one < nights; one++) {
    try {
      await run(night.context());
    } catch (error) {
      assert.ok(!(error instanceof DiskFull), "a full disk is an end, not a crash");
      throw error;
    }
  }
}
