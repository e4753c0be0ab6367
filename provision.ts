/**
 * Makes a dev box match its roster: plan, apply, status, adopt; and `host` for the machine itself.
 *
 * @module
 */
import { systemClock } from "./core/clock.ts";
import { type CommandHelp, defineCommand, parseCommand, usageFault } from "./core/command.ts";
import { choiceVariable, pathVariable, readEnv } from "./core/env.ts";
import { Fault } from "./core/fault.ts";
import { lockFile } from "./core/file_lock.ts";
import { nearestWord } from "./core/nearest_word.ts";
import { type ProgramContext, runProgram } from "./core/program.ts";
import { shownValue } from "./core/text_fault.ts";
import { findUsers, rosterRows } from "./provision/adopt.ts";
import { claudeTokenKeys } from "./provision/agents/claude_token.ts";
import { claudeInstaller } from "./provision/agents/perform_install.ts";
import { performRetirement } from "./provision/agents/perform_retirement.ts";
import { performWiring } from "./provision/agents/perform_wiring.ts";
import { homePlanner } from "./provision/agents/plan_home.ts";
import { openAuditLog } from "./provision/audit_log.ts";
import { boxScopes } from "./provision/box.ts";
import { driveTheChange, driveThePlan, type ScopePlan } from "./provision/drive.ts";
import type { HostPerformers } from "./provision/host/host_performers.ts";
import { loadHost } from "./provision/host/load_host.ts";
import type { Outcome } from "./provision/item.ts";
import { boxFiles, loadBox, type LoadedBox, loadSettings } from "./provision/load_box.ts";
import { withMetrics } from "./provision/metrics_text.ts";
import { type RealMachine, realMachine } from "./provision/real/real_machine.ts";
import { runTool } from "./provision/real/run_tool.ts";
import { type AppliedRecords, openRecords } from "./provision/record_store.ts";
import {
  applyExitCode,
  type Counts,
  jsonReport,
  planExitCode,
  type RunReport,
  type RunStart,
  textReport,
} from "./provision/report.ts";
import { curlGet } from "./provision/secrets/http_get.ts";
import { readSecret } from "./provision/secrets/read_secret.ts";
import { vaultClient } from "./provision/secrets/vault_client.ts";
import { VAULT_ENV } from "./provision/secrets/vault_env.ts";
import type { Settings } from "./provision/settings.ts";
import { statusOf, statusText } from "./provision/status.ts";
import { readBytes } from "./roster/load.ts";

type Subcommand = (context: ProgramContext) => Promise<number | void>;

const COMMANDS: Readonly<Record<string, Subcommand>> = { plan, apply, host, status, adopt };

/** Where runs keep the lock, the records and the audit log. */
const STATE = "/var/lib/t3-provision";

/** Where the files of a box are. */
const CONFIG = "/etc/hearth";

/** Hearth itself, which `host` installs. */
const ROOT = new URL(".", import.meta.url).pathname.replace(/\/$/, "");

const PROVISION_ENV = VAULT_ENV.extend({
  HEARTH_OFFLINE: choiceVariable(
    ["0", "1"],
    "0",
    "1: leave Claude's installer to another run, as the hourly pass does",
  ),
  HEARTH_TEXTFILE: pathVariable(
    "a file for node_exporter's textfile collector, beside the state's own",
  ),
});

/** A machine without it was never prepared. */
const MCP_UNIT = "/etc/systemd/system/playwright-mcp@.service";

/** No planner of users asks for these. */
const USERS_ONLY: HostPerformers = {
  install_packages: onlyByHost,
  install_tree: onlyByHost,
  install_accounts: onlyByHost,
  install_sudoers: onlyByHost,
};

function onlyByHost(): Promise<Outcome> {
  return Promise.resolve({ isDone: false, error: 'It is the machine\'s, run "provision host"' });
}

const APPLY_CODES = {
  0: "everything is as it should be",
  1: "something failed or is in the way; the rest was done",
  2: "bad usage or configuration; nothing was done",
};

await runProgram("provision", async (context) => {
  const command = defineCommand({
    name: "provision",
    description: "Make a dev box match its roster.",
    examples: [
      ["provision plan", "what would change; touches nothing"],
      ["provision apply", "change it"],
      ["provision apply --user ada", "one user alone"],
      ["provision host", "packages, Node, the MCP server, units; then apply"],
      ["provision status", "what there is of each user"],
      ["provision adopt", "rows for users that a box set up by hand has"],
      ["provision plan --help", "the options of a command"],
    ],
  }).argument("<command>", `one of ${Object.keys(COMMANDS).join(", ")}`);
  const [name = "", ...rest] = context.args;
  if (Object.hasOwn(COMMANDS, name)) return await COMMANDS[name]?.({ ...context, args: rest });
  if (parseCommand(command, context.args.slice(0, 1)) === "done") return;
  throw usageFault(`Unknown command "${name}"`, "provision");
});

async function plan(context: ProgramContext): Promise<number | void> {
  const options = parseRun(context, {
    name: "provision plan",
    description: "Print what apply would change. Touches nothing.",
    examples: [
      ["provision plan", "of the box of /etc/hearth"],
      ["provision plan --config ./box", "of another directory's roster and settings"],
      ["provision plan --user ada --verbose", "of one user, with what is right already"],
      ["provision plan --json", "one event a line, for a machine"],
    ],
    exitCodes: { 0: "nothing to change", 1: "an error is in the way", 2: "changes pending" },
  });
  if (options === undefined) return;
  // What is not written cannot be written by mistake.
  await Deno.permissions.revoke({ name: "write" });
  return await show(context, options, "plan", [userScopes]);
}

async function apply(context: ProgramContext): Promise<number | void> {
  const options = parseRun(context, {
    name: "provision apply",
    description:
      "Make the users of the box match the roster. Takes nothing away, restarts nothing.",
    examples: [
      ["provision apply", "everything that plan prints"],
      ["provision apply --user ada", "one user alone; the maps of all users stay as they are"],
      ["provision apply --json", "one event a line, for a machine"],
    ],
    exitCodes: APPLY_CODES,
  });
  if (options === undefined) return;
  return await change(context, options, "apply", [userScopes]);
}

async function host(context: ProgramContext): Promise<number | void> {
  const options = parseRun(context, {
    name: "provision host",
    description: "Make the machine itself what the users need, and then apply the roster.",
    examples: [
      ["provision host", "packages, Node, the MCP server, units, secrets; then every user"],
      ["provision host --plan", "what would change; touches nothing"],
    ],
    exitCodes: APPLY_CODES,
  }, true);
  if (options === undefined) return;
  if (!options.isPlan) return await change(context, options, "host", [itsOwnScope, scopesOf]);
  await Deno.permissions.revoke({ name: "write" });
  return await show(context, options, "host", [itsOwnScope, scopesOf]);
}

async function status(context: ProgramContext): Promise<number | void> {
  const { args, print } = context;
  const command = defineCommand({
    name: "provision status",
    description: "Say what there is of each user on this machine.",
    examples: [["provision status", "a line a user"], ["provision status --json", "for a machine"]],
  }).option("--config <directory>", "where roster.yaml and its companions are", CONFIG)
    .option("--json", "one JSON object");
  if (parseCommand(command, args) === "done") return;
  const { config, json } = command.opts();
  await Deno.permissions.revoke({ name: "write" });
  const { loaded, machine: { host } } = await openBox(context, config);
  const users = statusOf(loaded.state, loaded.gone, {
    host,
    modifiedMs,
    nowMs: systemClock.now(),
  });
  print(json ? `${JSON.stringify({ version: 1, users }, null, 2)}\n` : statusText(users));
}

async function adopt(context: ProgramContext): Promise<number | void> {
  const { args, print } = context;
  const command = defineCommand({
    name: "provision adopt",
    description: "Print rows for users that this box serves and the roster does not have. " +
      "Ports that only the box knows are taken over by apply.",
    examples: [
      ["provision adopt", "rows to look at and put into roster.yaml"],
      ["provision adopt --json", "for a machine"],
    ],
    exitCodes: { 0: "every user has a row", 2: "somebody has none; or bad usage" },
  }).option("--config <directory>", "where roster.yaml and its companions are", CONFIG)
    .option("--json", "one JSON object");
  if (parseCommand(command, args) === "done") return;
  const { config, json } = command.opts();
  await Deno.permissions.revoke({ name: "write" });
  const { loaded, machine: { host } } = await openBox(context, config);
  const present = new Set(loaded.state.accounts.map(({ os_user }) => os_user));
  const users = findUsers(host, present);
  if (json) print(`${JSON.stringify({ version: 1, users }, null, 2)}\n`);
  else print(users.length === 0 ? "Every user has a row.\n" : rosterRows(users));
  return users.length === 0 ? 0 : 2;
}

/** What a run was asked for. */
interface RunOptions {
  readonly config: string;
  readonly user: string | undefined;
  readonly isPlan: boolean;
  readonly isVerbose: boolean;
  readonly isJson: boolean;
  readonly waitMs: number;
}

type Scopes = (box: Box, options: RunOptions) => readonly ScopePlan[];

/** A box whose files were read. */
interface Box {
  /** What the machine itself needs, for `host` alone. */
  readonly itself: ScopePlan | undefined;
  readonly settings: Settings;
  readonly isOffline: boolean;
  readonly machine: RealMachine;
  readonly records: AppliedRecords;
  readonly loaded: LoadedBox;
}

function parseRun(
  { args }: ProgramContext,
  help: CommandHelp,
  isHost = false,
): RunOptions | undefined {
  const command = defineCommand({ ...help, env: PROVISION_ENV })
    .option("--config <directory>", "where roster.yaml and its companions are", CONFIG)
    .option("--verbose", "also what is right already")
    .option("--json", "one JSON object a line")
    .option("--wait <seconds>", "how long to let another run finish that changes things", "0");
  const more = isHost
    ? command.option("--plan", "touch nothing; print what would change")
    : command.option("--user <account>", "this user alone");
  if (parseCommand(command, args) === "done") return undefined;
  const { config, verbose = false, json = false, wait } = command.opts();
  const { user, plan = false } = more.opts() as { user?: string; plan?: boolean };
  if (!/^\d{1,5}$/.test(wait)) {
    throw usageFault(`--wait is ${shownValue(wait)}, must be a number of seconds`, help.name);
  }
  const waitMs = Number(wait) * 1_000;
  return { config, user, isPlan: plan, isVerbose: verbose, isJson: json, waitMs };
}

async function show(
  context: ProgramContext,
  options: RunOptions,
  name: string,
  stages: readonly Scopes[],
): Promise<number> {
  const box = await openBox(context, options.config, name === "host");
  const report = makeReport(context, options, { command: name, run: crypto.randomUUID() });
  const scopes = stages.flatMap((stage) => stage(box, options));
  await driveThePlan(scopes, box.machine.host, box.records, report.report);
  return planExitCode(report.end(true));
}

async function change(
  context: ProgramContext,
  options: RunOptions,
  name: string,
  stages: readonly Scopes[],
): Promise<number> {
  if (Deno.uid() !== 0) {
    throw new Fault(`Cannot change this machine: the user is number ${Deno.uid()}, must be root`, {
      code: "usage",
    });
  }
  await Deno.mkdir(`${STATE}/applied`, { recursive: true, mode: 0o700 });
  const { waitMs } = options;
  using lock = await lockFile(`${STATE}/lock`, waitMs, systemClock, context.signal);
  if (lock === undefined) {
    throw new Fault(`Cannot change this machine: another run is at it (it holds "${STATE}/lock")`);
  }
  const { HEARTH_TEXTFILE } = readEnv(PROVISION_ENV, context.env);
  const paths = [
    `${STATE}/metrics.prom`,
    ...HEARTH_TEXTFILE === undefined ? [] : [HEARTH_TEXTFILE],
  ];
  const { exitCode } = await withMetrics(
    paths,
    systemClock,
    () => changeLocked(context, options, name, stages),
  );
  return exitCode;
}

async function changeLocked(
  context: ProgramContext,
  options: RunOptions,
  name: string,
  stages: readonly Scopes[],
): Promise<{ exitCode: number; hasFailed: boolean; counts: Counts }> {
  // Facts and files are read under the lock: what another run did is seen.
  let box = await openBox(context, options.config, name === "host");
  const run = crypto.randomUUID();
  using audit = await openAuditLog(`${STATE}/audit.jsonl`, run, systemClock.now);
  const report = makeReport(context, options, { command: name, run });
  let isWhole = true;
  for (const [at, stage] of stages.entries()) {
    if (!isWhole) break;
    // The stage before may have brought what reads a secret: Vault is asked by curl.
    if (at > 0) box = await openBox(context, options.config, name === "host");
    isWhole = await driveTheChange(stage(box, options), box.machine, {
      records: box.records,
      report: report.report,
      audit: (item, result) => audit.write(item, result),
      signal: context.signal,
    });
  }
  const counts = report.end(isWhole);
  const exitCode = applyExitCode(counts, isWhole);
  return { exitCode, hasFailed: exitCode !== 0, counts };
}

async function openBox(
  { env }: ProgramContext,
  config: string,
  isHost = false,
): Promise<Box> {
  const settings = await loadSettings(readBytes, boxFiles(config).settings);
  const machineItself = isHost ? await loadHost(settings, { root: ROOT, env }) : undefined;
  const machine = realMachine({
    clock: systemClock,
    performers: {
      wire_agent: performWiring,
      install_claude: claudeInstaller(),
      retire_legacy: performRetirement,
      ...machineItself?.performers ?? USERS_ONLY,
    },
  });
  const { HEARTH_OFFLINE, ...vault } = readEnv(PROVISION_ENV, env);
  const isOffline = HEARTH_OFFLINE === "1";
  const readVault = vaultClient(vault, curlGet(runTool));
  const records = openRecords(`${STATE}/applied`);
  const loaded = await loadBox(boxFiles(config), settings, {
    read: readBytes,
    host: machine.host,
    known: records.users(),
    readSecret: (source) => readSecret(source, { env, readVault }),
    random: () => crypto.getRandomValues(new Uint8Array(32)),
  });
  return { itself: machineItself?.scope, settings, isOffline, machine, records, loaded };
}

/** The machine itself; its users come after it, planned on what it will be. */
function itsOwnScope({ itself }: Box): readonly ScopePlan[] {
  return itself === undefined ? [] : [itself];
}

/** The users of a machine that has what they need. */
function userScopes(box: Box, options: RunOptions): readonly ScopePlan[] {
  if (box.machine.host.file(MCP_UNIT).kind === "absent") {
    throw new Fault(
      `Cannot make users: this machine has no ${MCP_UNIT}, run "provision host" first`,
    );
  }
  return scopesOf(box, options);
}

function scopesOf(
  { loaded, settings, isOffline }: Box,
  { user }: RunOptions,
): readonly ScopePlan[] {
  const names = [...loaded.state.accounts.map(({ os_user }) => os_user), ...loaded.gone];
  if (user !== undefined && !names.includes(user)) {
    const meant = nearestWord(user, names);
    throw usageFault(
      `There is no user ${shownValue(user)}, must be one of the roster` +
        (meant === undefined ? "" : `; did you mean "${meant}"`),
      "provision",
    );
  }
  return boxScopes({
    ...loaded,
    inHome: homePlanner(isOffline ? { claude_installer: null } : settings),
    t3Keys: (context, account) => claudeTokenKeys(context, account, loaded.claudeToken),
  }, user);
}

function makeReport(
  { print }: ProgramContext,
  { isJson, isVerbose }: RunOptions,
  start: RunStart,
): RunReport {
  return isJson ? jsonReport({ print, isVerbose }, start) : textReport({ print, isVerbose });
}

function modifiedMs(path: string): number | undefined {
  try {
    return Deno.lstatSync(path).mtime?.getTime();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
}
