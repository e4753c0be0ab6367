/**
 * Follows t3's release channel, keeps copies of what users have, and never breaks one of them.
 *
 * @module
 */
import { openBox } from "./autoupdate/real_effects.ts";
import { backup } from "./autoupdate/backup.ts";
import { readBoxSettings } from "./autoupdate/box_settings.ts";
import { recoverAlone, type RunContext, type RunEnd, takeLock } from "./autoupdate/closing.ts";
import { AUTOUPDATE_ENV, type Config, readConfig } from "./autoupdate/config.ts";
import { drain } from "./autoupdate/drain.ts";
import {
  endText,
  EXIT_CODES,
  exitCodeOf,
  historyText,
  rollbackExitCode,
} from "./autoupdate/report.ts";
import { readStatus } from "./autoupdate/read_status.ts";
import { retry } from "./autoupdate/retry.ts";
import { restoreByHand } from "./autoupdate/restore_by_hand.ts";
import { rollback } from "./autoupdate/rollback.ts";
import { dryRun, run } from "./autoupdate/run.ts";
import { readFreeze, readHistory, writeFreeze } from "./autoupdate/state_files.ts";
import { statusText } from "./autoupdate/status.ts";
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "./core/command.ts";
import { Fault } from "./core/fault.ts";
import { type ProgramContext, runProgram } from "./core/program.ts";
import { runSubcommand, type Subcommand } from "./core/subcommands.ts";

const COMMANDS: Readonly<Record<string, Subcommand>> = {
  run: { does: "bring out what the channel offers, as far as it gets", run: runRun },
  status: { does: "who has what, and what somebody should look at", run: runStatus },
  drain: { does: "bring who was busy, or is new, to the last good build", run: runDrain },
  recover: { does: "finish or undo what an earlier run left, and begin nothing", run: runRecover },
  freeze: { does: "nothing is updated until unfreeze", run: runFreeze },
  unfreeze: { does: "the next run goes on", run: runUnfreeze },
  retry: { does: "have a build that failed be tried again", run: runRetry },
  rollback: {
    does: "everybody back to an earlier version, with the data of then",
    run: runRollback,
  },
  backup: { does: "copy every user's data", run: runBackup },
  restore: { does: "list a user's copies, try one out, or put one back", run: runRestore },
  history: { does: "what was decided and done", run: runHistory },
};

/**
 * What must be done whoever else runs waits for them: the copies of a night in which somebody is
 * updated late, and the way back to a t3 at boot.
 */
const WAIT_MS = 30 * 60_000;

await runProgram(
  "autoupdate",
  async (program) =>
    await runSubcommand({ ...program, env: await readBoxSettings(program.env) }, {
      name: "autoupdate",
      description: "Follow t3's release channel, and never break a user.",
      commands: COMMANDS,
      examples: [
        ["autoupdate run", "what the timer does: gate the channel's build and bring it out"],
        ["autoupdate run --dry-run", "the whole gate, nothing changed"],
        ["autoupdate status", "who has what, and what somebody should look at"],
        ["autoupdate freeze 'demo on Friday'", "change nothing until unfreeze"],
        ["autoupdate rollback", "everybody back to the version before, with the data of then"],
        ["autoupdate rollback --help", "the options of a command"],
      ],
      env: AUTOUPDATE_ENV,
      exitCodes: EXIT_CODES,
    }),
);

function configOf({ env }: ProgramContext): Config {
  if (Deno.uid() !== 0) {
    throw new Fault(`Cannot open the updater's files: this is user ${Deno.uid()}, must be root`);
  }
  return readConfig(env);
}

function open(program: ProgramContext): RunContext {
  const config = configOf(program);
  const { log, signal } = program;
  return { config, box: openBox(config, { clock: systemClock, log }), signal };
}

function told(
  { log, print }: ProgramContext,
  end: RunEnd,
  json?: true,
  code = exitCodeOf(end.result),
): number {
  const { result, why } = end;
  log[code === 0 ? "info" : "error"]("run ended", { result, why });
  print(json ? `${JSON.stringify(end)}\n` : endText(end));
  return code;
}

async function runRun(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate run",
    description: "Bring out what the channel offers, as far as it gets.",
    examples: [
      ["autoupdate run", "gate it, give it to who is idle, watch it, call it the last good one"],
      ["T3_PIN=0.1.10 autoupdate run", "exactly this version, also backward"],
      ["autoupdate run --dry-run --json", "the verdict for a machine"],
    ],
    exitCodes: EXIT_CODES,
  }).option("--dry-run", "run the gate and change nothing").option("--json", "one JSON object");
  if (parseCommand(command, program.args) === "done") return;
  const context = open(program);
  using _lock = await takeLock(context);
  const { dryRun: isDryRun, json } = command.opts();
  return told(program, isDryRun ? await dryRun(context) : await run(context), json);
}

async function runStatus(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate status",
    description: "Who has what, what is in flight, and what somebody should look at.",
    examples: [["autoupdate status --json", "for a machine"]],
    exitCodes: { 0: "told" },
  }).option("--json", "one JSON object");
  if (parseCommand(command, program.args) === "done") return;
  const status = await readStatus(open(program));
  program.print(command.opts().json ? `${JSON.stringify(status, null, 2)}\n` : statusText(status));
}

async function runDrain(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate drain",
    description: "Bring who was busy, or is new, to the last good build.",
    examples: [["autoupdate drain", "what the hourly timer does at night"]],
    exitCodes: EXIT_CODES,
  }).option("--json", "one JSON object");
  if (parseCommand(command, program.args) === "done") return;
  const context = open(program);
  using _lock = await takeLock(context);
  return told(program, await drain(context), command.opts().json);
}

async function runRecover(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate recover",
    description: "Finish or undo what an earlier run left, and begin nothing.",
    examples: [["autoupdate recover", "what happens at boot"]],
    exitCodes: EXIT_CODES,
  });
  if (parseCommand(command, program.args) === "done") return;
  const context = open(program);
  using _lock = await takeLock(context, WAIT_MS);
  return told(program, await recoverAlone(context));
}

async function runFreeze(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate freeze",
    description: "Put the brake on: nothing is updated until unfreeze.",
    examples: [["autoupdate freeze 'demo on Friday'", "with its reason"]],
  }).argument("<reason>", "why");
  if (parseCommand(command, program.args) === "done") return;
  const [reason] = command.processedArgs;
  if (reason.trim() === "") throw usageFault("The reason is empty", "autoupdate freeze");
  const { freezeFile } = configOf(program);
  const before = await readFreeze(freezeFile);
  // Whoever put it on before had a reason too.
  if (before !== undefined) return program.print(`was frozen already: ${before.reason}\n`);
  await writeFreeze(freezeFile, { reason, atMs: systemClock.now(), version: undefined });
  program.print(`frozen: ${reason}\n`);
}

async function runUnfreeze(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate unfreeze",
    description: "Take the brake off.",
    examples: [["autoupdate unfreeze", "the next run goes on; a build that failed stays skipped"]],
  });
  if (parseCommand(command, program.args) === "done") return;
  const { freezeFile } = configOf(program);
  const freeze = await readFreeze(freezeFile);
  if (freeze === undefined) return program.print("was not frozen\n");
  await Deno.remove(freezeFile);
  program.print(`unfrozen; it was: ${freeze.reason}\n`);
}

async function runRetry(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate retry",
    description: "Forget that a build failed, so that a run may try it again.",
    examples: [["autoupdate retry 0.1.10", "the whole gate applies to it, as the first time"]],
    exitCodes: { 0: "forgotten", 1: "it is not remembered as failed" },
  }).argument("<version>", "one that status shows as skipped");
  if (parseCommand(command, program.args) === "done") return;
  const context = open(program);
  using _lock = await takeLock(context);
  const [version] = command.processedArgs;
  program.print(await retry(context, version));
}

async function runRollback(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate rollback",
    description: "Take everybody back to an earlier last good version, with the data of then.",
    examples: [
      ["autoupdate rollback", "to the one before; what was written since is kept aside"],
      ["autoupdate rollback --to 0.1.10", "to this one"],
    ],
    exitCodes: EXIT_CODES,
  }).option("--to <version>", "an earlier last good version")
    .option("--why <text>", "the reason, for the history", "asked for")
    .option("--even-busy", "also interrupt who is working")
    .option("--json", "one JSON object");
  if (parseCommand(command, program.args) === "done") return;
  const { to, why, evenBusy: isEvenBusy = false, json } = command.opts();
  const context = open(program);
  using _lock = await takeLock(context);
  const end = await rollback(context, { to, why, isEvenBusy });
  return told(program, end, json, rollbackExitCode(end.result));
}

async function runBackup(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate backup",
    description: "Copy every user's data, and throw away what is no longer needed.",
    examples: [["autoupdate backup", "what the nightly timer does"]],
    exitCodes: { 0: "copied", 1: "somebody's data could not be copied" },
  });
  if (parseCommand(command, program.args) === "done") return;
  const context = open(program);
  using _lock = await takeLock(context, WAIT_MS);
  const { copied, failed } = await backup(context);
  program.print(`copied the data of ${copied.join(", ") || "nobody"}\n`);
  if (failed.length === 0) return;
  const why = failed.map(({ user, why }) => `"${user}": ${why}`).join("; ");
  throw new Fault(`Cannot copy the data of ${why}`);
}

async function runRestore(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate restore",
    description: "List a user's copies, try one out, or put one back.",
    examples: [
      ["autoupdate restore ada", "the copies there are"],
      ["autoupdate restore ada --drill", "the newest one put back beside, and looked at"],
      ["autoupdate restore ada --backup ID --apply", "stop, put back, start; the rest kept aside"],
    ],
    exitCodes: { 0: "done", 1: "failed" },
  }).argument("<user>", "the account")
    .option("--backup <id>", "the copy; else the newest")
    .option("--drill", "try it out, and touch nothing of the user's")
    .option("--apply", "put it back");
  if (parseCommand(command, program.args) === "done") return;
  const { backup: id, drill: isDrill = false, apply: isApplying = false } = command.opts();
  if (isDrill && isApplying) {
    throw usageFault("--drill and --apply are two things, must be one", "autoupdate restore");
  }
  const context = open(program);
  using _lock = await takeLock(context);
  const [user] = command.processedArgs;
  program.print(await restoreByHand(context, { user, id, isDrill, isApplying }));
}

async function runHistory(program: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "autoupdate history",
    description: "What was decided and done, oldest first.",
    examples: [["autoupdate history --last 50 --json", "for a machine"]],
  }).option("--last <count>", "how many lines", "30").option("--json", "JSON lines");
  if (parseCommand(command, program.args) === "done") return;
  const { last, json } = command.opts();
  if (!/^[1-9]\d{0,5}$/.test(last)) {
    throw usageFault(`--last is "${last}", must be a number`, "autoupdate history");
  }
  const events = await readHistory(configOf(program).stateDir, Number(last));
  program.print(
    json ? events.map((one) => `${JSON.stringify(one)}\n`).join("") : historyText(events),
  );
}
