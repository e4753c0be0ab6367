/**
 * Answers from `roster.yaml`: who may use a dev box, and what follows from that.
 *
 * @module
 */
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand } from "./core/command.ts";
import { Fault } from "./core/fault.ts";
import { type ProgramContext, runProgram } from "./core/program.ts";
import { runSubcommand, type Subcommand } from "./core/subcommands.ts";
import { faultText, shownValue } from "./core/text_fault.ts";
import { applyMembership } from "./roster/apply_membership.ts";
import { derive, derivedText } from "./roster/derive.ts";
import {
  loadLedger,
  loadMembers,
  loadRoles,
  loadRoster,
  loadText,
  readBytes,
} from "./roster/load.ts";
import { planMembership } from "./roster/membership.ts";
import { planOffboarding } from "./roster/offboard.ts";
import { parseRoster } from "./roster/parse_roster.ts";
import { hasChanges, planPorts } from "./roster/plan_ports.ts";
import { ledgerText, usersOnHearthPorts } from "./roster/port_ledger.ts";
import * as report from "./roster/report.ts";
import { hasBlockingErrors, validateTiers } from "./roster/validate_tiers.ts";
import { writeInPlace } from "./roster/write_in_place.ts";

const COMMANDS: Readonly<Record<string, Subcommand>> = {
  validate: { does: "check a roster, alone or against the cluster's users", run: validate },
  derive: { does: "accounts, ports, maps and access as JSON", run: runDerive },
  offboard: { does: "what to do for those who left", run: offboard },
  membership: { does: "bring the rows in line with a group", run: membership },
  ports: { does: "keep the port files, in which a port stays its owner's", run: ports },
};

const PLAN_CODES = { 0: "nothing to change, or done", 1: "failed, or something conflicts" };

await runProgram("roster", async (context) => {
  // Nothing is written but by a command that was told to.
  if (!context.args.includes("--apply")) await Deno.permissions.revoke({ name: "write" });
  return await runSubcommand(context, {
    name: "roster",
    description: "Answers from roster.yaml: who may use a dev box, and what follows from that.",
    commands: COMMANDS,
    examples: [
      ["roster validate roster.yaml", "every fault, with line and column"],
      ["roster derive roster.yaml", "accounts, ports, maps and access as JSON"],
      ["roster offboard --old a.yaml --new b.yaml", "what to do for those who left"],
      ["roster membership roster.yaml --members m.json", "which rows a group would change"],
      ["roster ports roster.yaml --ports ports.json", "who has a port, and whose is kept"],
      ["roster derive --help", "the options of a command"],
    ],
  });
});

async function validate({ args, print }: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "roster validate",
    description: "Check a roster, alone or against the cluster's users.",
    examples: [
      ["roster validate roster.yaml", "silent where nothing is wrong but the count"],
      ["roster validate roster.yaml --k8s-users roles.json", 'with {"alice": "power-user"}'],
      ["roster validate roster.yaml --json", "faults and issues for a machine"],
    ],
    exitCodes: {
      0: "valid; there may be warnings",
      1: "a tier conflicts with the cluster",
      2: "bad usage, or a file that cannot be read",
    },
  }).argument("<roster>", "the roster")
    .option("--k8s-users <file>", "JSON object of the cluster's users and their roles")
    .option("--json", "one JSON object");
  if (parseCommand(command, args) === "done") return;
  const { k8sUsers, json } = command.opts();
  const [path] = command.processedArgs;
  if (json) {
    const parsed = parseRoster(await loadText(readBytes, "roster", path));
    if (!parsed.isValid) {
      const faults = parsed.faults.map((fault) => ({ ...fault, text: faultText(fault) }));
      print(report.json({ is_valid: false, faults, issues: [] }));
      return 2;
    }
  }
  const { roster } = await loadRoster(readBytes, path);
  const issues = k8sUsers === undefined
    ? []
    : validateTiers(roster, await loadRoles(readBytes, k8sUsers));
  print(
    json
      ? report.json({ is_valid: true, faults: [], issues })
      : report.validation(path, roster, issues),
  );
  return hasBlockingErrors(issues) ? 1 : 0;
}

async function runDerive({ args, log, print }: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "roster derive",
    description: "Print what a dev box should be, as JSON. Same input, same bytes.",
    examples: [
      ["roster derive roster.yaml", "for a box that has no ports yet"],
      ["roster derive roster.yaml --ports p.json --playwright-ports q.json", "keeping ports"],
    ],
  }).argument("<roster>", "the roster")
    .option("--ports <file>", "t3 ports given so far, a JSON object by account")
    .option("--playwright-ports <file>", "MCP ports given so far, likewise");
  if (parseCommand(command, args) === "done") return;
  const { ports, playwrightPorts } = command.opts();
  const [path] = command.processedArgs;
  const { roster } = await loadRoster(readBytes, path);
  const { ledger: t3 } = await loadLedger(readBytes, ports);
  const { ledger: mcp } = await loadLedger(readBytes, playwrightPorts);
  const names = roster.users.map(({ os_user }) => os_user);
  for (const name of [t3, mcp].flatMap((ledger) => usersOnHearthPorts(ledger, names))) {
    log.warn(`${name} keeps a port that one of Hearth's own programs uses`);
  }
  const derivation = derive(roster, { ports: t3, playwrightPorts: mcp });
  if (!derivation.isComplete) {
    throw new Fault(`Cannot derive from roster ${shownValue(path)}: ${derivation.reason}`);
  }
  print(derivedText(derivation.state));
}

async function offboard({ args, print }: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "roster offboard",
    description: "Plan what to do for those who left the roster. Carries nothing out.",
    examples: [
      ["roster offboard --old a.yaml --new b.yaml", "the cut, every step of which can be undone"],
      ["roster offboard --old a.yaml --new b.yaml --destructive", "and archive, then userdel"],
    ],
    exitCodes: { 0: "nobody left", 1: "failed", 2: "somebody left; or bad usage" },
  }).requiredOption("--old <file>", "the roster that was applied last")
    .requiredOption("--new <file>", "the roster now")
    .option("--destructive", "also delete accounts and homes, after an archive")
    .option("--json", "one JSON object");
  if (parseCommand(command, args) === "done") return;
  const { old, new: now, destructive: isDestructive = false, json } = command.opts();
  const before = await loadRoster(readBytes, old);
  const after = await loadRoster(readBytes, now);
  if (!after.hasUsersKey) {
    const rule = "must have one; an empty file would offboard everybody";
    throw new Fault(`Cannot plan offboarding: roster ${shownValue(now)} has no key users, ${rule}`);
  }
  const steps = planOffboarding(before.roster, after.roster, { isDestructive });
  print(json ? report.json({ steps }) : report.offboarding(steps));
  return steps.length === 0 ? 0 : 2;
}

async function membership({ args, print }: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "roster membership",
    description: "Bring a roster in line with the members of a group.",
    examples: [
      ["roster membership roster.yaml --members m.json", "show what would change"],
      ["roster membership roster.yaml --members m.json --apply", "change it, comments kept"],
      ["… | roster membership roster.yaml --members -", "the members on standard input"],
    ],
    exitCodes: { ...PLAN_CODES, 2: "changes pending; or bad usage, or an empty list" },
  }).argument("<roster>", "the roster")
    .requiredOption("--members <file>", "JSON list of the group's members")
    .option("--apply", "write the roster")
    .option("--json", "one JSON object");
  if (parseCommand(command, args) === "done") return;
  const { members, apply: isApplying = false, json } = command.opts();
  const [path] = command.processedArgs;
  const { text, roster } = await loadRoster(readBytes, path);
  const plan = planMembership(roster, await loadMembers(readBytes, members));
  const date = new Date(systemClock.now()).toISOString().slice(0, 10);
  const edit = applyMembership(text, plan, date);
  if (isApplying && edit.text !== text) await writeInPlace(path, text, edit.text);
  const result = { ...plan, failures: edit.failures, is_applied: isApplying };
  print(json ? report.json(result) : report.membership(result));
  if (plan.conflicts.length + edit.failures.length > 0) return 1;
  return edit.text === text || isApplying ? 0 : 2;
}

async function ports({ args, print }: ProgramContext): Promise<number | void> {
  const command = defineCommand({
    name: "roster ports",
    description: "Keep the port files, in which a port stays its owner's when they leave.",
    examples: [
      ["roster ports roster.yaml --ports p.json", "what newcomers would get, and whose is kept"],
      ["roster ports roster.yaml --ports p.json --apply", "write it"],
      ["roster ports roster.yaml --ports p.json --free bob --apply", "let others have bob's port"],
    ],
    exitCodes: { ...PLAN_CODES, 2: "changes pending; or bad usage" },
  }).argument("<roster>", "the roster")
    .requiredOption("--ports <file>", "t3 ports, a JSON object by account; a new one is {}")
    .option("--playwright-ports <file>", "MCP ports, likewise")
    .option("--free <account>", "give up the ports of somebody who left")
    .option("--apply", "write the files")
    .option("--json", "one JSON object");
  if (parseCommand(command, args) === "done") return;
  const { ports: t3Path, playwrightPorts: mcpPath, free, apply: isApplying = false, json } = command
    .opts();
  const { roster } = await loadRoster(readBytes, command.processedArgs[0]);
  const t3 = await loadLedger(readBytes, t3Path);
  const mcp = await loadLedger(readBytes, mcpPath);
  const plan = planPorts(roster, t3.ledger, mcp.ledger, free);
  const files = [{ path: t3Path, before: t3.text, plan: plan.ports }];
  if (mcpPath !== undefined) {
    files.push({ path: mcpPath, before: mcp.text, plan: plan.playwrightPorts });
  }
  const changed = files.filter(({ plan }) => hasChanges(plan));
  for (const { path, before, plan } of isApplying ? changed : []) {
    await writeInPlace(path, before, ledgerText(plan.ledger));
  }
  const shown = files.map(({ path, plan }) => ({ path, changes: plan.changes }));
  print(json ? report.json({ files: shown, is_applied: isApplying }) : report.ports(shown));
  return changed.length === 0 || isApplying ? 0 : 2;
}
