/**
 * `hearth doctor`: what is wrong with this machine, and what mends it.
 *
 * @module
 */
import { resolve } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { defineCommand, parseCommand } from "../../core/command.ts";
import type { ProgramContext } from "../../core/program.ts";
import { defaultDataDir } from "../data_dir.ts";
import { ALL_CHECKS } from "./checks/all_checks.ts";
import { examine } from "./finding.ts";
import { gatherFacts } from "./gather/gather_facts.ts";
import { doctorJson, doctorText, isWell } from "./report.ts";

/**
 * Runs it. Nothing is changed, and no secret leaves its file.
 *
 * @param context The program's.
 */
export async function runDoctor({ args, env, print }: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "hearth doctor",
    description: "Say what is wrong with this machine, and the command that mends it.",
    examples: [
      ["hearth doctor", "a person's machine as that person; a dev box as root"],
      ["hearth doctor --json", "the same for a machine"],
    ],
    exitCodes: { 0: "nothing is wrong", 1: "something is", 2: "bad usage" },
  }).option("--data <dir>", "directory of the pipeline on this machine")
    .option("--config <directory>", "where a dev box has its roster", "/etc/hearth")
    .option("--json", "one JSON object instead of text");
  if (parseCommand(command, args) === "done") return;
  const { data, config, json } = command.opts();
  // What is not written cannot be written by mistake.
  await Deno.permissions.revoke({ name: "write" });
  const facts = await gatherFacts({
    root: new URL("../../", import.meta.url).pathname,
    config: resolve(config),
    home: env.get("HOME") ?? "/",
    dataDir: data === undefined ? defaultDataDir(env) : resolve(data),
    snapshotUrl: env.get("PLAYWRIGHT_SNAPSHOT_URL"),
    now: systemClock.now,
  });
  const results = examine(ALL_CHECKS, facts);
  const isColoured = Deno.stdout.isTerminal() && !Deno.noColor;
  print(json ? doctorJson(results) : doctorText(results, isColoured));
  return isWell(results) ? 0 : 1;
}
