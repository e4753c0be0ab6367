/**
 * How long there is no program to start: while npm updates it in place, and while the updater does.
 *
 * @module
 */
import { runCommand } from "../../core/process.ts";
import {
  type AutoupdateBox,
  makeAutoupdateBox,
  nodeAndNpm,
} from "../../tests/support/autoupdate_box.ts";
import { build, ERAS } from "../../tests/t3_fixture/builds.ts";
import { startRegistry } from "../../tests/t3_fixture/registry.ts";
import { type Figures, figures } from "../report.ts";

const RUNS = 8;
const [A, B] = ["0.0.40-nightly.20260701.1", "0.0.40-nightly.20260702.2"] as const;

/** Measures, as cases of a report. */
export async function measureNoProgram(): Promise<Readonly<Record<string, Figures>>> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-bench-autoupdate-" });
  try {
    await using registry = await startRegistry();
    const nodeDir = await nodeAndNpm(`${directory}/node`);
    for (const version of [A, B]) await registry.publish(build(version, ERAS.environmentCookie));
    const versionsDir = `${directory}/versions`;
    await using box = await makeAutoupdateBox(registry, ["ada"], { nodeDir, versionsDir });
    await update(box, A);
    const prefix = `${directory}/global`;
    const install = (version: string) =>
      registry.npm("install", "--global", "--prefix", prefix, `t3@${version}`, "--no-audit");
    await install(A);
    let other: string = B;
    const flip = async (bring: (version: string) => Promise<unknown>) => {
      await bring(other);
      other = other === A ? B : A;
    };
    const npm = await several(() => missingMs(`${prefix}/bin/t3`, () => flip(install)));
    other = B;
    const byUpdater = (path: string) =>
      several(() => missingMs(path, () => flip((version) => update(box, version))), 4);
    return {
      "no program: npm install --global": npm,
      "no program: an update, the version that is left": await byUpdater(
        `${versionsDir}/${A}/bin/t3`,
      ),
      // Taken away on purpose, between the stop of the server and its start.
      "no program: an update, the user's pointer": await byUpdater(
        `${box.directory}/t3/instances/ada/bin/t3`,
      ),
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
