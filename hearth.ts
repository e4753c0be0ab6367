/**
 * For a person: the whole pipeline on this machine, and a proof that it works.
 *
 * @module
 */
import { resolve } from "node:path";
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "./core/command.ts";
import { pathVariable, urlVariable } from "./core/env.ts";
import { LOG_ENV, type ProgramContext, runProgram } from "./core/program.ts";
import { startProgress } from "./core/progress.ts";
import { runSubcommand, type Subcommand } from "./core/subcommands.ts";
import { runCompletion } from "./local/completion_command.ts";
import { defaultDataDir } from "./local/data_dir.ts";
import { demo } from "./local/demo.ts";
import { runDoctor } from "./local/doctor/doctor_command.ts";
import { createPrinter, type Printer } from "./local/printer.ts";
import { runStatus } from "./local/status/status_command.ts";
import { realSystemPackages } from "./local/system_facts.ts";
import { ensureSystemPackages } from "./local/system_packages.ts";
import { bringUp, upBanner } from "./local/up.ts";
import { runToken } from "./snapshot/access/token_command.ts";
import { askServer } from "./snapshot/inventory/ask_server.ts";
import { readSites, runSites } from "./snapshot/inventory/sites_command.ts";
import { STATUS_QUESTION } from "./snapshot/page/status_body.ts";
import { hasArrivedWhole, verifyText } from "./snapshot/verify/verify_report.ts";
import { verifySnapshot } from "./snapshot/verify/verify_snapshot.ts";

const COMMANDS: Readonly<Record<string, Subcommand>> = {
  up: { does: "the whole pipeline on this machine, until Ctrl-C", run: runUp },
  demo: { does: "prove that a login reaches a new agent session", run: runDemo },
  status: {
    does: "how the pipeline stands, and what expires first",
    run: (context) =>
      runStatus(context, {
        readSites: (place) => readSites(place, context, () => defaultDataDir(context.env)),
        readServer: (place) => askServer(STATUS_QUESTION, place, context.env, context.signal),
      }),
  },
  doctor: {
    does: "what is wrong with this machine or a cluster, and what mends it",
    run: runDoctor,
  },
  sites: {
    does: "which sites are logged in, and until when",
    run: (context) => runSites(context, () => defaultDataDir(context.env)),
  },
  token: { does: "make a token for some sites only, or say what one may read", run: runToken },
  verify: {
    does: "seed the snapshot into a throw-away browser and say what arrived",
    run: runVerify,
  },
  completion: { does: "the script with which a shell completes these words", run: runCompletion },
};

/** What its commands read. */
const HEARTH_ENV = LOG_ENV.extend({
  XDG_STATE_HOME: pathVariable("where the directory hearth of a pipeline is", "~/.local/state"),
  PLAYWRIGHT_SNAPSHOT_URL: urlVariable("the snapshot that sites and doctor ask for"),
  PLAYWRIGHT_SNAPSHOT_TOKEN: pathVariable(
    "the file with the token for it",
    "~/.config/playwright/token",
  ),
});

await runProgram("hearth", (context) =>
  runSubcommand(context, {
    name: "hearth",
    description: "Keep one browser logged in, for every agent session.",
    details: [
      "A person logs in once, in a Chromium whose profile stays. What it is logged in to is " +
      "harvested into a snapshot, and every new session of a coding agent starts from a copy of " +
      "it: logged in, and isolated from all others.",
      'In the sources each command is a task: "deno task up" is "hearth up". Colours are for ' +
      "terminals, and for none where NO_COLOR is set.",
    ],
    commands: COMMANDS,
    examples: [
      ["hearth demo", "see it work, in about ten seconds"],
      ["hearth up", "run it; log in at the live view it prints; Ctrl-C stops it"],
      ["hearth status", "what is logged in, until when, and what is amiss"],
      ["hearth token new --subject alice --sites example.com", "a token for some sites only"],
      ["hearth completion bash >> ~/.bashrc", "complete commands and options with Tab"],
    ],
    env: HEARTH_ENV,
    files: {
      "~/.local/state/hearth": "profile, snapshots, copy and token of a pipeline on this machine",
      "~/.config/playwright/token": "the token of a user's copy",
      "/etc/hearth": "roster and settings of a dev box",
      "/etc/hearth/access.yaml": "whose token may read which sites",
    },
    exitCodes: { 0: "done", 1: "failed, or something is wrong", 2: "bad usage or configuration" },
    seeAlso: {
      "hearth COMMAND --help": "the options of a command",
      "docs/README.md": "every page, by what you want",
      "docs/reference/cli.md": "every program, and what each option does",
    },
  }));

async function runUp({ args, env, log, signal, print }: ProgramContext): Promise<void> {
  const command = defineCommand({
    name: "hearth up",
    description: "Run the whole pipeline on this machine until Ctrl-C.",
    examples: [
      ["hearth up", "everything under ~/.local/state/hearth"],
      ["hearth up --data /srv/hearth", "everything under another directory"],
      ["hearth up --display", "the browser's window on your own screen"],
    ],
  }).option("--data <dir>", "directory of profile, snapshots and token")
    .option("--display", "show the browser on your own screen, without the live view")
    .option("--headless", "no window at all, where nothing else can be");
  if (parseCommand(command, args) === "done") return;
  const { data, display, headless } = command.opts();
  if (display && headless) {
    throw usageFault("--display and --headless cannot be used together", "hearth up");
  }
  const dataDir = data === undefined ? defaultDataDir(env) : resolve(data);
  const mode = display ? "display" : headless ? "headless" : "virtual";
  const printer = terminalPrinter(print, true);
  await ensureSystemPackages({ ...realSystemPackages(printer.say), signal });
  printer.say(`Starting the pipeline in ${dataDir} …`);
  const pipeline = await bringUp(
    { dataDir, mode, printer, env, clock: systemClock, log },
    signal,
  );
  printer.say(upBanner(pipeline));
  await new Promise<void>((done) => {
    if (signal.aborted) done();
    signal.addEventListener("abort", () => done(), { once: true });
  });
  printer.say("Stopping …");
  await pipeline.stop();
  printer.say("Stopped.");
}

async function runDemo({ args, env, log, signal, print }: ProgramContext): Promise<void> {
  const command = defineCommand({
    name: "hearth demo",
    description: "Log in to a sample site and show a fresh agent session that is logged in.",
    examples: [
      ["hearth demo", "what the agent sees, and how long it took"],
      ["hearth demo --verbose", "with the log of every part"],
      ["hearth demo --json", "the same for a machine"],
    ],
  }).option("--verbose", "show the log of every part")
    .option("--headless", "no window at all, where nothing else can be")
    .option("--json", "one JSON object instead of text");
  if (parseCommand(command, args) === "done") return;
  const { verbose = false, headless, json } = command.opts();
  const printer = json ? createPrinter({ write() {}, isColoured: false }) : terminalPrinter(
    print,
    verbose,
  );
  await ensureSystemPackages({ ...realSystemPackages(printer.say), signal });
  const dataDir = await Deno.makeTempDir({ prefix: "hearth-demo-" });
  try {
    const mode = headless ? "headless" : "virtual";
    const result = await demo(
      { dataDir, mode, printer, env, clock: systemClock, log },
      signal,
    );
    if (json) return print(`${JSON.stringify(result)}\n`);
    printer.say(`\nThe agent sees: ${result.seen}\n`);
    for (const { what, afterMs } of result.timeline) {
      printer.say(`  ${(afterMs / 1_000).toFixed(2).padStart(6)} s  ${what}`);
    }
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function runVerify({ args, env, signal, print }: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "hearth verify",
    description: "Seed the snapshot into a throw-away browser and say what arrived.",
    examples: [
      ["hearth verify", "the current snapshot of the pipeline on this machine"],
      ["hearth verify --snapshot FILE", "another one, such as generations/0000000041.json"],
      ["hearth verify --json", "cookie by cookie and item by item, for a machine"],
    ],
    exitCodes: { 0: "everything arrived", 1: "something did not", 2: "bad usage" },
  }).option("--data <dir>", "directory of the pipeline")
    .option("--snapshot <file>", "a snapshot anywhere")
    .option("--json", "one JSON object instead of text");
  if (parseCommand(command, args) === "done") return;
  const { data, snapshot, json } = command.opts();
  if (data !== undefined && snapshot !== undefined) {
    throw usageFault("--data and --snapshot cannot be used together", "hearth verify");
  }
  const dataDir = data === undefined ? () => defaultDataDir(env) : () => resolve(data);
  const file = snapshot === undefined
    ? `${dataDir()}/snapshots/storage-state.json`
    : resolve(snapshot);
  using progress = startProgress("Seeding a throw-away browser", systemClock);
  const report = await verifySnapshot({ file, deno: Deno.execPath(), signal });
  progress.about(undefined);
  print(json ? `${JSON.stringify(report)}\n` : verifyText(report, file));
  return hasArrivedWhole(report) ? 0 : 1;
}

function terminalPrinter(print: (text: string) => void, hasParts: boolean): Printer {
  return createPrinter({
    write: print,
    isColoured: Deno.stdout.isTerminal() && !Deno.noColor,
    hasParts,
  });
}
