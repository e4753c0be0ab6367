/**
 * The Debian packages one-machine mode needs, and what to do where some are missing.
 *
 * They are installed only where that is plainly allowed: as root, on Debian or Ubuntu. Everywhere
 * else the person gets the exact command, and nothing is touched.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";

/** A package, and the file that shows it is installed. */
export interface SystemPackage {
  /** Debian's name for it. */
  readonly name: string;
  /** A file it brings. */
  readonly path: string;
  /** What it is needed for. */
  readonly reason: string;
}

/** Every package that `up` and `demo` need; the tests need more. */
export const SYSTEM_PACKAGES: readonly SystemPackage[] = [
  { name: "chromium", path: "/usr/bin/chromium", reason: "the browser" },
  { name: "xvfb", path: "/usr/bin/Xvfb", reason: "a screen for it" },
  { name: "x11vnc", path: "/usr/bin/x11vnc", reason: "shows that screen" },
  { name: "novnc", path: "/usr/share/novnc/vnc.html", reason: "the page of the live view" },
  { name: "websockify", path: "/usr/bin/websockify", reason: "carries the screen to that page" },
  {
    name: "fonts-liberation",
    path: "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    reason: "text; without any font Chromium shows boxes",
  },
];

/** What is known of the machine. */
export interface SystemFacts {
  /** Which of the packages' paths exist. */
  readonly existing: ReadonlySet<string>;
  /** Whether the program runs as root. */
  readonly isRoot: boolean;
  /** `ID` and `ID_LIKE` of `/etc/os-release`, as words. */
  readonly distribution: readonly string[];
  /** Whether apt knows any package: a fresh container's lists are empty. */
  readonly hasPackageLists: boolean;
}

/** A command of a plan. */
export type AptCommand = readonly string[];

/** What to do. */
export type PackagePlan =
  | { readonly kind: "nothing" }
  | {
    readonly kind: "install";
    readonly packages: readonly string[];
    readonly commands: readonly AptCommand[];
  }
  | { readonly kind: "refuse"; readonly fault: Fault };

/**
 * Decides from facts.
 *
 * @param facts The machine.
 * @param needed What must be installed.
 */
export function planSystemPackages(
  facts: SystemFacts,
  needed: readonly SystemPackage[] = SYSTEM_PACKAGES,
): PackagePlan {
  const missing = needed.filter(({ path }) => !facts.existing.has(path));
  if (missing.length === 0) return { kind: "nothing" };
  const packages = missing.map(({ name }) => name);
  const install = ["apt-get", "install", "-y", "--no-install-recommends", ...packages];
  const isDebian = facts.distribution.some((word) => word === "debian" || word === "ubuntu");
  const list = packages.join(", ");
  if (!isDebian) {
    const message =
      `Cannot install ${list}: this is neither Debian nor Ubuntu, install the packages that ` +
      `bring ${missing.map(({ path }) => `"${path}"`).join(", ")}`;
    return { kind: "refuse", fault: new Fault(message, { code: "config" }) };
  }
  const update = ["apt-get", "update"];
  if (!facts.isRoot) {
    const commands = facts.hasPackageLists ? [install] : [update, install];
    const line = commands.map((command) => `sudo ${command.join(" ")}`).join(" && ");
    const message = `Cannot install ${list}: only root may, run "${line}" first`;
    return { kind: "refuse", fault: new Fault(message, { code: "config" }) };
  }
  // Ubuntu's "chromium" is a shim for a snap, which cannot be had in a container.
  return {
    kind: "install",
    packages,
    commands: facts.hasPackageLists ? [install] : [update, install],
  };
}

/** What installing needs; the real one is `realSystemPackages`. */
export interface SystemPackagesDeps {
  /** Looks at the machine. */
  readonly facts: () => Promise<SystemFacts>;
  /** Runs a command with these variables added; its exit code and what it printed. */
  readonly run: (
    command: AptCommand,
    env: Readonly<Record<string, string>>,
  ) => Promise<{ readonly code: number; readonly output: string }>;
  /** Tells the person what is going on, a line at a time. */
  readonly say: (line: string) => void;
  /** Aborted when no further command is to be begun: what apt has begun it ends itself. */
  readonly signal?: AbortSignal;
}

/**
 * Installs what is missing where that is allowed.
 *
 * @param deps How to look, to run and to speak.
 * @param needed What must be installed.
 * @throws {Fault} With the exact command where it may not, or with apt's own words where it failed.
 */
export async function ensureSystemPackages(
  deps: SystemPackagesDeps,
  needed: readonly SystemPackage[] = SYSTEM_PACKAGES,
): Promise<void> {
  const plan = planSystemPackages(await deps.facts(), needed);
  if (plan.kind === "nothing") return;
  if (plan.kind === "refuse") throw plan.fault;
  deps.say(`installing ${plan.packages.join(", ")} (a minute or two, once)`);
  let failure = await runAll(plan.commands, deps);
  if (failure !== undefined && plan.commands.length === 1) {
    // Old lists name versions the mirror no longer has.
    deps.say("trying again with fresh package lists");
    failure = await runAll([["apt-get", "update"], ...plan.commands], deps);
  }
  if (failure !== undefined) throw failure;
  const after = planSystemPackages(await deps.facts(), needed);
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
  deps: SystemPackagesDeps,
): Promise<Fault | undefined> {
  for (const command of commands) {
    const { code, output } = await deps.run(command, {
      DEBIAN_FRONTEND: "noninteractive",
      LC_ALL: "C.UTF-8",
    });
    if (deps.signal?.aborted) throw new Fault("Interrupted", { exitCode: 130 });
    if (code === 0) continue;
    const words = output.split("\n").filter((line) => line.trim() !== "").slice(-2).join("; ");
    return new Fault(`Cannot run "${command.join(" ")}": exit code ${code}, ${words}`);
  }
  return undefined;
}
