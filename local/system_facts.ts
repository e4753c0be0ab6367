/**
 * The real machine, for `ensureSystemPackages`.
 *
 * @module
 */
import { DeadlineError } from "../core/deadline.ts";
import { runCommand } from "../core/process.ts";
import {
  SYSTEM_PACKAGES,
  type SystemFacts,
  type SystemPackage,
  type SystemPackagesDeps,
} from "./system_packages.ts";

/** How long apt may take, in minutes: a slow mirror is no reason to give up. */
const APT_MINUTES = 15;

const APT_OPTIONS = [
  // A machine that has just booted may be updating itself.
  "--option=DPkg::Lock::Timeout=300",
  // Without its lists apt knows no package, and would say only that.
  "--option=APT::Update::Error-Mode=any",
];

/**
 * Looks at and changes the machine this runs on. Needs to read the packages' paths,
 * `/etc/os-release` and `/var/lib/apt/lists`, the user's id, and to run `/usr/bin/apt-get`.
 *
 * @param say Takes progress lines.
 * @param packages The packages to look for.
 */
export function realSystemPackages(
  say: (line: string) => void,
  packages: readonly SystemPackage[] = SYSTEM_PACKAGES,
): SystemPackagesDeps {
  return {
    facts: () => readFacts(packages),
    say,
    async run(command, env) {
      const [program = "", ...args] = command;
      try {
        const { code, stdout, stderr } = await runCommand(
          `/usr/bin/${program}`,
          [...APT_OPTIONS, ...args],
          { deadlineMs: APT_MINUTES * 60_000, env },
        );
        return { code, output: `${stdout}\n${stderr}` };
      } catch (error) {
        if (!(error instanceof DeadlineError)) throw error;
        return { code: 124, output: `it took longer than ${APT_MINUTES} minutes` };
      }
    },
  };
}

/** The words of `ID` and `ID_LIKE` in an `os-release` file (man 5 os-release). */
export function distributionWords(osRelease: string): readonly string[] {
  return [...osRelease.matchAll(/^(?:ID|ID_LIKE)=["']?([^"'\n]*)["']?$/gm)]
    .flatMap(([, words = ""]) => words.split(/\s+/)).filter((word) => word !== "");
}

async function readFacts(packages: readonly SystemPackage[]): Promise<SystemFacts> {
  const existing = new Set<string>();
  for (const { path } of packages) {
    if (await exists(path)) existing.add(path);
  }
  return {
    existing,
    isRoot: Deno.uid() === 0,
    distribution: distributionWords(await readText("/etc/os-release")),
    hasPackageLists: await hasPackageLists(),
  };
}

async function hasPackageLists(): Promise<boolean> {
  try {
    for await (const entry of Deno.readDir("/var/lib/apt/lists")) {
      if (/_Packages(\.\w+)?$/.test(entry.name)) return true;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return false;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
