/**
 * The profile's cookies and storage -> one snapshot on disk.
 *
 * @module
 */
import { z } from "zod";
import { startAdminServer } from "./core/admin_server.ts";
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "./core/command.ts";
import { integerVariable, pathVariable, readEnv, textVariable, urlVariable } from "./core/env.ts";
import { createHealth } from "./core/health.ts";
import { runProgram } from "./core/program.ts";
import { generationReport, generationText } from "./snapshot/generation_report.ts";
import { openGenerations } from "./snapshot/generations.ts";
import { createHarvestMetrics } from "./snapshot/harvest/harvest_metrics.ts";
import { harvestOnce } from "./snapshot/harvest/harvest_once.ts";
import { EXIT_REFUSED } from "./snapshot/harvest/publish.ts";
import { watch } from "./snapshot/harvest/watch.ts";

const ENV = z.object({
  CDP_URL: urlVariable("DevTools address of the warm browser", "http://127.0.0.1:9222"),
  SNAPSHOT_DIR: pathVariable("directory of the snapshot", "/profile/snapshots"),
  PROFILE_DIR: pathVariable("Chromium's user data directory", "/profile/chromium-data"),
  HARVESTER_KEEP_GENERATIONS: integerVariable({
    fallback: 5,
    min: 1,
    max: 1_000,
    description: "how many earlier generations stay",
  }),
  HARVESTER_KEEP_SESSION_SECONDS: integerVariable({
    fallback: 604_800,
    min: 0,
    max: 31_536_000,
    description: "how long session cookies are kept that a restart lost; 0: not at all",
  }),
  HARVESTER_MAX_LOST_PERCENT: integerVariable({
    fallback: 50,
    min: 0,
    max: 100,
    description: "share of logged-in sites that may be lost at once",
  }),
  HARVESTER_HEALTH_ADDR: textVariable("address of /healthz, /readyz, /metrics", "127.0.0.1"),
  HARVESTER_HEALTH_PORT: integerVariable({
    fallback: 0,
    min: 0,
    max: 65_535,
    description: "their port, with --watch; 0: none",
  }),
});

await runProgram("harvester", async ({ args, env, log, signal, print }) => {
  const command = defineCommand({
    name: "harvester",
    description: "Write the logged-in state of the warm browser to a snapshot.",
    examples: [
      ["harvester --once", "harvest now and exit, as the CronJob does"],
      ["harvester --watch", "stay, and write a snapshot whenever something changes"],
      ["harvester --once --force", "publish what the browser has, whatever is missing"],
      ["harvester --list", "which generations there are"],
      ["harvester --restore 41", "publish generation 41 again"],
    ],
    env: ENV,
    exitCodes: {
      0: "written, or nothing has changed",
      1: "the snapshot could not be written",
      2: "bad usage or configuration",
      3: "the browser cannot be reached",
      4: "the browser has no persistent context yet",
      [EXIT_REFUSED]: "refused to publish: logins are missing and nobody was seen to log out",
    },
  }).option("--once", "harvest once and exit (default)").option("--watch", "stay and follow")
    .option("--force", "publish exactly what the browser has (only with --once)")
    .option("--list", "show the generations").option("--json", "as JSON (only with --list)")
    .option("--restore <number>", "publish an earlier generation again");
  if (parseCommand(command, args) === "done") return;
  const { once, watch: isWatching, force = false, list, json, restore } = command.opts();
  const modes = Object.entries({ once, watch: isWatching, list, restore })
    .filter(([, value]) => value !== undefined).map(([name]) => `--${name}`);
  if (modes.length > 1) {
    throw usageFault(`${modes.join(" and ")} cannot be used together`, "harvester");
  }
  const mode = modes[0] ?? "--once";
  if (force && mode !== "--once") {
    throw usageFault(`--force cannot be used with ${mode}`, "harvester");
  }
  if (json && !list) throw usageFault("--json is only for --list", "harvester");
  if (restore !== undefined && !/^\d{1,10}$/.test(restore)) {
    throw usageFault(`--restore is "${restore}", must be the number of a generation`, "harvester");
  }
  const {
    CDP_URL: cdpUrl,
    SNAPSHOT_DIR: dir,
    PROFILE_DIR: profileDir,
    HARVESTER_KEEP_GENERATIONS: keep,
    HARVESTER_KEEP_SESSION_SECONDS: keepSessionSeconds,
    HARVESTER_MAX_LOST_PERCENT: maxLostPercent,
    HARVESTER_HEALTH_ADDR: hostname,
    HARVESTER_HEALTH_PORT: port,
  } = readEnv(ENV, env);
  const generations = await openGenerations({ dir, keep, clock: systemClock, log });
  if (list) {
    const report = generationReport(await generations.list());
    return print(json ? `${JSON.stringify(report)}\n` : generationText(report));
  }
  if (restore !== undefined) {
    const outcome = await generations.restore(Number(restore));
    if (outcome.kind === "refused") return;
    const { kind, generation, bytes } = outcome;
    const what = kind === "written" ? "wrote" : "unchanged";
    return log.info(`${what} snapshot (${bytes} bytes) to ${generations.path}`, {
      generation,
      restoredFrom: Number(restore),
    });
  }
  const guard = { keepSessionSeconds, maxLostPercent, isForced: force };
  const health = createHealth(() => systemClock.now());
  const options = { cdpUrl, profileDir, generations, guard, clock: systemClock, log, health };
  if (!isWatching) return await harvestOnce(options, signal);
  const { registry: metrics, onCurrent } = createHarvestMetrics(health, () => systemClock.now());
  const admin = port === 0 ? undefined : startAdminServer({ hostname, port, health, metrics });
  await watch({ ...options, onCurrent }, signal);
  await admin?.stop();
});
