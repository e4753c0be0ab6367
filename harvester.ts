/**
 * The profile's cookies and storage -> one snapshot on disk.
 *
 * @module
 */
import { z } from "zod";
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "./core/command.ts";
import { pathVariable, readEnv, urlVariable } from "./core/env.ts";
import { runProgram } from "./core/program.ts";
import { openGenerations } from "./snapshot/generations.ts";
import { harvestOnce } from "./snapshot/harvest/harvest_once.ts";
import { watch } from "./snapshot/harvest/watch.ts";

const ENV = z.object({
  CDP_URL: urlVariable("DevTools address of the warm browser", "http://127.0.0.1:9222"),
  SNAPSHOT_DIR: pathVariable("directory of the snapshot", "/profile/snapshots"),
  PROFILE_DIR: pathVariable("Chromium's user data directory", "/profile/chromium-data"),
});

await runProgram("harvester", async ({ args, env, log, signal }) => {
  const command = defineCommand({
    name: "harvester",
    description: "Write the logged-in state of the warm browser to a snapshot.",
    examples: [
      ["harvester --once", "harvest now and exit, as the CronJob does"],
      ["harvester --watch", "stay, and write a snapshot whenever something changes"],
    ],
    env: ENV,
    exitCodes: {
      0: "written, or nothing has changed",
      1: "the snapshot could not be written",
      2: "bad usage or configuration",
      3: "the browser cannot be reached",
      4: "the browser has no persistent context yet",
    },
  }).option("--once", "harvest once and exit (default)").option("--watch", "stay and follow");
  if (parseCommand(command, args) === "done") return;
  const { once, watch: isWatching } = command.opts();
  if (once && isWatching) {
    throw usageFault("--once and --watch cannot be used together", "harvester");
  }
  const { CDP_URL: cdpUrl, SNAPSHOT_DIR: dir, PROFILE_DIR: profileDir } = readEnv(ENV, env);
  const generations = await openGenerations({ dir, clock: systemClock });
  const options = { cdpUrl, profileDir, generations, clock: systemClock, log };
  await (isWatching ? watch : harvestOnce)(options, signal);
});
