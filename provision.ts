/**
 * Makes a dev box match its roster: plan, apply, status, adopt; and `host` for the machine itself.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand } from "./core/command.ts";
import { type ProgramContext, runProgram } from "./core/program.ts";
import { runSubcommand, type Subcommand } from "./core/subcommands.ts";
import { findUsers, rosterRows } from "./provision/adopt.ts";
import { itsOwnScope, openBox, scopesOf, userScopes } from "./provision/open_box.ts";
import { changeBox, showRun } from "./provision/run_box.ts";
import { CONFIG, parseRun } from "./provision/run_options.ts";
import { statusOf, statusText } from "./provision/status.ts";

const COMMANDS: Readonly<Record<string, Subcommand>> = {
  plan: { does: "print what apply would change; touches nothing", run: plan },
  apply: { does: "make the users of the box match the roster", run: apply },
  host: { does: "make the machine itself what users need, and then apply", run: host },
  status: { does: "what there is of each user", run: status },
  adopt: { does: "rows for users that a box set up by hand has", run: adopt },
};

/** Hearth itself, which `host` installs. */
const ROOT = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");

const APPLY_CODES = {
  0: "everything is as it should be",
  1: "something failed or is in the way; the rest was done",
  2: "bad usage or configuration; nothing was done",
};

await runProgram("provision", (context) =>
  runSubcommand(context, {
    name: "provision",
    description: "Make a dev box match its roster.",
    commands: COMMANDS,
    examples: [
      ["provision host --plan", "what would change on a machine; touches nothing"],
      ["provision host", "packages, Node, the MCP server, units; then every user"],
      ["provision apply --user ada", "one user alone"],
      ["provision plan --help", "the options of a command"],
    ],
    files: {
      "/etc/hearth/roster.yaml": "who may use the box",
      "/etc/hearth/provision.yaml": "what else is true of it",
      "/etc/hearth/access.yaml": "for the snapshot server: whose token may read which sites",
      "/var/lib/t3-provision/audit.jsonl": "what was done, and when",
    },
  }));

async function plan(context: ProgramContext): Promise<number | void> {
  const options = parseRun(context.args, {
    name: "provision plan",
    description: "Print what apply would change. Touches nothing.",
    examples: [
      ["provision plan", "of the box of /etc/hearth"],
      ["provision plan --config ./box", "of another directory's roster and settings"],
      ["provision plan --user ada --verbose", "of one user, with what is right already"],
      ["provision plan --json", "one event a line, for a machine"],
    ],
    exitCodes: { 0: "nothing to change", 1: "an error is in the way", 2: "changes pending" },
  }, "plan");
  if (options === undefined) return;
  // What is not written cannot be written by mistake.
  await Deno.permissions.revoke({ name: "write" });
  return await showRun(context, { name: "plan", options, stages: [userScopes] });
}

async function apply(context: ProgramContext): Promise<number | void> {
  const options = parseRun(context.args, {
    name: "provision apply",
    description:
      "Make the users of the box match the roster. Takes nothing away, restarts nothing.",
    examples: [
      ["provision apply", "everything that plan prints"],
      ["provision apply --user ada", "one user alone; the maps of all users stay as they are"],
      ["provision apply --json", "one event a line, for a machine"],
    ],
    exitCodes: APPLY_CODES,
  }, "apply");
  if (options === undefined) return;
  return await changeBox(context, { name: "apply", options, stages: [userScopes] });
}

async function host(context: ProgramContext): Promise<number | void> {
  const options = parseRun(context.args, {
    name: "provision host",
    description: "Make the machine itself what the users need, and then apply the roster.",
    examples: [
      ["provision host", "packages, Node, the MCP server, units, secrets; then every user"],
      ["provision host --plan", "what would change; touches nothing"],
    ],
    exitCodes: { ...APPLY_CODES, 2: `${APPLY_CODES[2]}; with --plan: changes pending` },
  }, "host");
  if (options === undefined) return;
  const run = { name: "host", options, stages: [itsOwnScope, scopesOf], root: ROOT };
  if (!options.isPlan) return await changeBox(context, run);
  await Deno.permissions.revoke({ name: "write" });
  return await showRun(context, run);
}

async function status(context: ProgramContext): Promise<number | void> {
  const { args, env, print } = context;
  const command = defineCommand({
    name: "provision status",
    description: "Say what there is of each user on this machine.",
    examples: [["provision status", "a line a user"], ["provision status --json", "for a machine"]],
  }).option("--config <directory>", "where roster.yaml and its companions are", CONFIG)
    .option("--json", "one JSON object");
  if (parseCommand(command, args) === "done") return;
  const { config, json } = command.opts();
  await Deno.permissions.revoke({ name: "write" });
  const { loaded, settings, machine: { host } } = await openBox({ env, config, root: undefined });
  const users = statusOf(loaded.state, loaded.gone, {
    host,
    modifiedMs,
    nowMs: systemClock.now(),
    hasInstaller: settings.claude_installer !== null,
  });
  print(json ? `${JSON.stringify({ version: 1, users }, null, 2)}\n` : statusText(users));
}

async function adopt(context: ProgramContext): Promise<number | void> {
  const { args, env, print } = context;
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
  const { loaded, machine: { host } } = await openBox({ env, config, root: undefined });
  const present = new Set(loaded.state.accounts.map(({ os_user }) => os_user));
  const users = findUsers(host, present);
  if (json) print(`${JSON.stringify({ version: 1, users }, null, 2)}\n`);
  else print(users.length === 0 ? "Every user has a row.\n" : rosterRows(users));
  return users.length === 0 ? 0 : 2;
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
