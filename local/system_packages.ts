/**
 * Installs the Debian packages one-machine mode needs, where that is allowed.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import {
  type AptCommand,
  planSystemPackages,
  SYSTEM_PACKAGES,
  type SystemPackage,
} from "./package_plan.ts";
import { realSystemMachine, type SystemMachine } from "./system_machine.ts";

/** What installing needs. */
export interface SystemPackagesDeps {
  /** Tells the person what is going on, a line at a time. */
  readonly say: (line: string) => void;
  /** The machine. @default {realSystemMachine} */
  readonly machine?: SystemMachine;
}

/**
 * Installs what is missing where that is allowed.
 *
 * @param deps How to speak, and the machine.
 * @param needed What must be installed.
 * @throws {Fault} With the exact command where it may not, or with apt's own words where it failed.
 */
export async function ensureSystemPackages(
  deps: SystemPackagesDeps,
  needed: readonly SystemPackage[] = SYSTEM_PACKAGES,
): Promise<void> {
  const { say, machine = realSystemMachine } = deps;
  const plan = planSystemPackages(await machine.facts(), needed);
  if (plan.kind === "nothing") return;
  if (plan.kind === "refuse") throw plan.fault;
  say(`installing ${plan.packages.join(", ")} (a minute or two, once)`);
  let failure = await runAll(plan.commands, machine);
  if (failure !== undefined && plan.commands.length === 1) {
    // Old lists name versions the mirror no longer has.
    say("trying again with fresh package lists");
    failure = await runAll([["apt-get", "update"], ...plan.commands], machine);
  }
  if (failure !== undefined) throw failure;
  const after = planSystemPackages(await machine.facts(), needed);
  if (after.kind !== "nothing") {
    const missing = needed.filter(({ name }) => plan.packages.includes(name));
    throw new Fault(
      `Cannot use the packages just installed: apt reports success, but not all of ` +
        `${missing.map(({ path }) => `"${path}"`).join(", ")} exist`,
    );
  }
}

async function runAll(
  commands: readonly AptCommand[],
  machine: SystemMachine,
): Promise<Fault | undefined> {
  for (const command of commands) {
    const { code, output } = await machine.run(command, {
      DEBIAN_FRONTEND: "noninteractive",
      LC_ALL: "C.UTF-8",
    });
    if (code === 0) continue;
    const words = output.trim().split("\n").slice(-3).join("; ");
    return new Fault(`Cannot run "${command.join(" ")}": exit code ${code}, ${words}`);
  }
  return undefined;
}
