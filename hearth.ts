/**
 * For a person: the whole pipeline on this machine, and a proof that it works.
 *
 * @module
 */
import { resolve } from "node:path";
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "./core/command.ts";
import { type ProgramContext, runProgram } from "./core/program.ts";
import { defaultDataDir } from "./local/data_dir.ts";
import { demo } from "./local/demo.ts";
import { runDoctor } from "./local/doctor/doctor_command.ts";
import { createPrinter, type Printer } from "./local/printer.ts";
import { runStatus } from "./local/status/status_command.ts";
import { realSystemPackages } from "./local/system_facts.ts";
import { ensureSystemPackages } from "./local/system_packages.ts";
import { bringUp, upBanner } from "./local/up.ts";
import { runToken } from "./snapshot/access/token_command.ts";
import { readSites, runSites } from "./snapshot/inventory/sites_command.ts";
import { hasArrivedWhole, verifyText } from "./snapshot/verify/verify_report.ts";
import { verifySnapshot } from "./snapshot/verify/verify_snapshot.ts";

const COMMANDS: Readonly<Record<string, (context: ProgramContext) => Promise<number | void>>> = {
  up: runUp,
  demo: runDemo,
  verify: runVerify,
  sites: (context) => runSites(context, () => defaultDataDir(context.env)),
  token: runToken,
  status: (context) =>
    runStatus(context, (data) => readSites({ data }, context, () => defaultDataDir(context.env))),
  doctor: runDoctor,
};

await runProgram("hearth", async (context) => {
  const command = defineCommand({
    name: "hearth",
    description: "Keep one browser logged in, for every agent session.",
    examples: [
      ["hearth up", "the whole pipeline on this machine; Ctrl-C stops it"],
      ["hearth demo", "prove that a login reaches a new agent session"],
      ["hearth verify", "seed the snapshot into a throw-away browser and say what arrived"],
      ["hearth sites", "which sites are logged in, and until when"],
      ["hearth token new --subject alice --sites example.com", "a token for some sites only"],
      ["hearth status", "how the pipeline stands, and what expires first"],
      ["hearth doctor", "what is wrong with this machine, and what mends it"],
      ["hearth up --help", "the options of a command"],
    ],
  }).argument("<command>", `one of ${Object.keys(COMMANDS).join(", ")}`);
  const [name = "", ...rest] = context.args;
  const run = COMMANDS[name];
  if (run !== undefined) return await run({ ...context, args: rest });
  if (parseCommand(command, context.args.slice(0, 1)) === "done") return;
  throw usageFault(`Unknown command "${name}"`, "hearth");
});

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
  await ensureSystemPackages(realSystemPackages(printer.say));
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
  await ensureSystemPackages(realSystemPackages(printer.say));
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
  const report = await verifySnapshot({ file, deno: Deno.execPath(), signal });
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
