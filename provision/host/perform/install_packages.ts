/**
 * Installs Debian packages by apt.
 *
 * @module
 */
import type { Outcome } from "../../item.ts";
import { DONE } from "../../item.ts";
import { failed } from "../../real/outcome.ts";
import type { ActionOf, PerformContext } from "../../real/performers.ts";
import { printable } from "../../real/printable.ts";

const APT = "/usr/bin/apt-get";
const DPKG = "/usr/bin/dpkg";
const SYSTEMCTL = "/usr/bin/systemctl";
/** Chromium and what it needs, over a slow line. */
const DEADLINE_MS = 1_800_000;

const ENV = {
  DEBIAN_FRONTEND: "noninteractive",
  // A running server is not restarted because a library of it is newer.
  NEEDRESTART_MODE: "l",
  LC_ALL: "C.UTF-8",
};

const OPTIONS = [
  "--option=DPkg::Lock::Timeout=300",
  "--option=Dpkg::Options::=--force-confdef",
  "--option=Dpkg::Options::=--force-confold",
];

/**
 * Installs packages, and updates apt's lists where it cannot find them.
 *
 * A run that was killed leaves packages unpacked and not configured: that is made good first.
 */
export async function installPackages(
  { packages }: ActionOf<"install_packages">,
  { runTool }: PerformContext,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const run = (command: string, ...args: readonly string[]) =>
    runTool({ command, args, env: { ...env, ...ENV }, deadlineMs: DEADLINE_MS });
  const install = () =>
    run(APT, "install", "--yes", "--no-install-recommends", ...OPTIONS, "--", ...packages);
  await run(DPKG, "--configure", "--pending", "--force-confold");
  if ((await install()).code === 0) return await settled();
  const update = await run(APT, "update", ...OPTIONS);
  const { code, stderr, trouble } = await install();
  if (code === 0) return await settled();
  // Without its lists apt knows no package, and says only that.
  const words = update.code === 0 ? said(stderr) : said(update.stderr) ?? said(stderr);
  return failed(`Cannot install ${packages.join(", ")}: ${words ?? trouble}`);

  /** A package that brings units has been read about by nobody yet. */
  async function settled(): Promise<Outcome> {
    await run(SYSTEMCTL, "daemon-reload");
    return DONE;
  }
}

/** apt's own reason: lines that begin with `E:`. */
function said(stderr: string): string | undefined {
  const lines = stderr.split("\n").filter((line) => line.startsWith("E: "))
    .map((line) => printable(line.slice(3)).trim());
  return lines.length === 0 ? undefined : lines.slice(0, 3).join("; ").slice(0, 400);
}
