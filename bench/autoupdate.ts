/**
 * What an update costs a user: how long their server is away beside a plain restart of it, and how
 * long there is no program to start beside npm's own update in place.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { runCommand } from "../core/process.ts";
import {
  type AutoupdateBox,
  fillUser,
  makeAutoupdateBox,
  nodeAndNpm,
} from "../tests/support/autoupdate_box.ts";
import { unitClient } from "../tests/support/unit_manager.ts";
import { build, ERAS } from "../tests/t3_fixture/builds.ts";
import { startRegistry } from "../tests/t3_fixture/registry.ts";
import { type BenchReport, figures } from "./report.ts";

const RUNS = 8;
const [A, B] = ["0.0.40-nightly.20260701.1", "0.0.40-nightly.20260702.2"] as const;

/** Measures. */
export async function measure(): Promise<BenchReport> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-bench-autoupdate-" });
  try {
    await using registry = await startRegistry();
    const nodeDir = await nodeAndNpm(`${directory}/node`);
    for (const version of [A, B]) await registry.publish(build(version, ERAS.environmentCookie));
    const versionsDir = `${directory}/versions`;
    await using box = await makeAutoupdateBox(registry, ["ada"], { nodeDir, versionsDir });
    await update(box, A);
    fillUser(box, "ada");
    const [instance] = box.instances;
    if (instance === undefined) throw new Error("Cannot measure: there is no instance");
    const url = `http://127.0.0.1:${instance.port}/.well-known/t3/environment`;
    const units = unitClient(box.units.origin);
    const restart = await several(() =>
      awayMs(url, async () => {
        await units.stop("ada");
        await units.start("ada");
      })
    );
    let next: string = B;
    const flip = async () => {
      await update(box, next);
      next = next === A ? B : A;
    };
    const small = await several(() => awayMs(url, flip));
    grow(`${box.baseDirOf("ada")}/userdata/state.sqlite`, 100);
    const large = await several(() => awayMs(url, flip), 3);
    const prefix = `${directory}/global`;
    const install = (version: string) =>
      registry.npm("install", "--global", "--prefix", prefix, `t3@${version}`, "--no-audit");
    await install(A);
    let other: string = B;
    const npm = await several(() =>
      missingMs(`${prefix}/bin/t3`, async () => {
        await install(other);
        other = other === A ? B : A;
      })
    );
    const pointer = await several(
      () => missingMs(`${box.directory}/t3/versions/${A}/bin/t3`, flip),
      3,
    );
    const restartMs = restart["p50"] ?? NaN;
    const updateMs = small["p50"] ?? NaN;
    return {
      name: "autoupdate",
      unit: "ms",
      cases: {
        "server away: a restart": restart,
        "server away: an update, small database": small,
        "server away: an update, 100 MB": large,
        "no program: npm install --global": npm,
        "no program: the version that is left": pointer,
      },
      ratios: { "update/restart": updateMs / restartMs },
      notes: [
        `An update keeps a server away ${
          Math.round(updateMs - restartMs)
        } ms longer than a restart; ` +
        "the aim is 1000 ms at most. What is longer is the copy that is made while nothing writes",
      ],
    };
  } finally {
    await runCommand("/bin/sh", ["-c", 'chmod -R u+w "$0" && rm -rf "$0"', directory]);
  }
}

async function update(box: AutoupdateBox, version: string): Promise<void> {
  const env = { T3_PIN: version, T3_SOAK_SECONDS: "0" };
  const { code, log } = await box.update("run", { env });
  if (code !== 0) throw new Error(`Cannot measure: the update ended with ${code}: ${log}`);
}

async function several(once: () => Promise<number>, runs = RUNS) {
  const values: number[] = [];
  for (let run = 0; run < runs; run++) values.push(await once());
  return figures(values);
}

/** How long a URL does not answer while something is done to it. */
async function awayMs(url: string, work: () => Promise<void>): Promise<number> {
  let isOver = false;
  const worked = work().finally(() => isOver = true);
  let awaySince: number | undefined;
  let longest = 0;
  // It may still be starting when the work says it is done.
  while (!isOver || awaySince !== undefined) {
    const isUp = await fetch(url).then((answer) => answer.text()).then(() => true, () => false);
    const now = performance.now();
    if (!isUp) awaySince ??= now;
    else if (awaySince !== undefined) {
      longest = Math.max(longest, now - awaySince);
      awaySince = undefined;
    }
    await new Promise((wake) => setTimeout(wake, 3));
  }
  await worked;
  return longest;
}

/** How long a program cannot be started while something is done to it. */
async function missingMs(path: string, work: () => Promise<void>): Promise<number> {
  let isOver = false;
  const worked = work().finally(() => isOver = true);
  let missing = 0;
  let before = performance.now();
  while (!isOver) {
    const isThere = await Deno.stat(path).then(() => true, () => false);
    const now = performance.now();
    if (!isThere) missing += now - before;
    before = now;
    await new Promise((wake) => setTimeout(wake));
  }
  await worked;
  return missing;
}

function grow(path: string, megabytes: number): void {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA busy_timeout = 10000; CREATE TABLE ballast (bytes BLOB)");
  for (let at = 0; at < megabytes; at++) {
    database.exec("INSERT INTO ballast VALUES (randomblob(1048576))");
  }
}
