/**
 * How long a user's server does not answer, on a booted box: while `systemctl restart` does its work,
 * and while the updater's unit brings a build.
 *
 * @module
 */
import { holdPackagesLayer } from "../../tests/devbox/support/packages_layer.ts";
import { bootT3Box, type T3Box } from "../../tests/devbox/support/t3_box.ts";
import { MOUNTED } from "../../tests/devbox/support/box.ts";
import { build, ERAS } from "../../tests/t3_fixture/builds.ts";
import { startRegistry } from "../../tests/t3_fixture/registry.ts";
import { type Figures, figures } from "../report.ts";

/** One size of database. */
export interface AwayCase {
  /** How large it is. */
  readonly name: string;
  /** A plain restart, in milliseconds. */
  readonly restart: Figures;
  /** An update, in milliseconds. */
  readonly update: Figures;
}

const USER = "ada";
const URL = "http://127.0.0.1:3773/.well-known/t3/environment";
/** What the updater may not wait for here. */
const SETTINGS = "T3_SOAK_SECONDS=0\nT3_MIGRATE_QUIET_SECONDS=1\n";

/** Measures databases of several sizes; the largest while its server writes all the time. */
export async function measureAway(): Promise<readonly AwayCase[]> {
  await using layer = await holdPackagesLayer();
  await using registry = await startRegistry();
  let serial = 1;
  const publish = async () => {
    const version = `0.0.40-nightly.20260701.${serial++}`;
    await registry.publish(build(version, ERAS.environmentCookie));
  };
  await publish();
  await using t3 = await bootT3Box(layer, registry, [USER]);
  const settings = await t3.box.read("/etc/hearth/autoupdate.env");
  await t3.box.write("/etc/hearth/autoupdate.env", `${settings}${SETTINGS}`);
  await demandUpdate(t3);
  await t3.fill(USER);
  const found: AwayCase[] = [];
  const one = async (name: string, runs: number) => {
    const [restart, update]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run++) {
      restart.push(await awayMs(t3, () => t3.box.sh(`systemctl restart t3-serve@${USER}`)));
      await publish();
      update.push(await awayMs(t3, () => demandUpdate(t3)));
    }
    found.push({ name, restart: figures(restart), update: figures(update) });
  };
  await one("small database", 6);
  await t3.grow(USER, 100);
  await one("100 MB", 4);
  await t3.grow(USER, 924);
  await t3.flip(USER, { writeEveryMs: 5 });
  await one("1 GB, a commit every 5 ms until it stops", 3);
  return found;
}

async function demandUpdate(t3: T3Box): Promise<void> {
  const { code, log } = await t3.update();
  const { result } = (await t3.state()).lastRun ?? {};
  if (code !== 0 || result !== "committed") {
    throw new Error(`Cannot measure: the update ended with ${code} ${result}: ${log}`);
  }
}

/** How long at most the server does not answer while something is done to it. */
async function awayMs({ box }: T3Box, work: () => Promise<unknown>): Promise<number> {
  const begun = Promise.withResolvers<void>();
  const asking = box.start([
    ...[`${MOUNTED}/bin/deno`, "run", "-q", "-A", "--cached-only"],
    ...[`${MOUNTED}/source/tests/devbox/inside/away.ts`, URL],
  ], {
    env: { DENO_DIR: `${MOUNTED}/deno_dir` },
    onLine: () => begun.resolve(),
    deadlineMs: 900_000,
  });
  await Promise.race([begun.promise, asking.result]);
  try {
    await work();
  } finally {
    asking.kill("SIGTERM");
  }
  const { stdout, stderr } = await asking.result;
  const ms = Number(stdout.trim().split("\n").at(-1));
  if (Number.isNaN(ms)) throw new Error(`Cannot measure: ${stderr}`);
  return ms;
}

/** How busy the machine is: processes that run or want to, over the last minute. */
export async function loadAverage(): Promise<string> {
  return (await Deno.readTextFile("/proc/loadavg")).split(" ")[0] ?? "";
}
