/**
 * Runs Claude's own installer as a user.
 *
 * The script is had whole before any of it runs: it must be answered with 200, begin with `#!` and
 * be of a size that a script has. Root gets it, once a run, so that no user can change what the
 * next one runs; it runs as the user, with nothing of our environment, and dies with us. What it
 * left unfinished is begun again by the next run, since it puts `~/.local/bin/claude` last.
 *
 * Source: https://code.claude.com/docs/en/setup (`curl -fsSL https://claude.ai/install.sh | bash`).
 *
 * @module
 */
import type { Outcome } from "../item.ts";
import { DONE } from "../item.ts";
import type { Perform } from "../real/performers.ts";
import type { RunTool } from "../real/run_tool.ts";
import { isProgram } from "./find_program.ts";
import { agentEnv, identityOf } from "./run_as.ts";

/** The script is 5 kB long. A whole argument of a program may have 128 KiB. */
const MAX_SCRIPT_LENGTH = 60_000;

/** How the installer is had and run. */
export interface InstallerOptions {
  /** The longest the script may take to come. @default {60} */
  readonly downloadSeconds?: number;
  /** The longest the installer may take. It downloads some 380 MB. @default {900} */
  readonly installSeconds?: number;
}

type Script =
  | { readonly isThere: true; readonly text: string }
  | { readonly isThere: false; readonly why: string };

/**
 * Makes what carries out `install_claude`: one for a run of the provisioner, which asks each address
 * once, so that one that cannot be reached is waited for once and not for every user.
 */
export function claudeInstaller(options: InstallerOptions = {}): Perform<"install_claude"> {
  const { downloadSeconds = 60, installSeconds = 900 } = options;
  const scripts = new Map<string, Promise<Script>>();
  return async ({ user, url }, { host, runTool }) => {
    const failed = (why: string): Outcome => ({
      isDone: false,
      error: `Cannot install claude for ${user}: ${why}`,
    });
    const as = identityOf(host, user);
    if (as === undefined) return failed("there is no such account");
    const script =
      await (scripts.get(url) ?? remember(scripts, url, download(url, runTool, downloadSeconds)));
    if (!script.isThere) return failed(script.why);
    const { trouble } = await runTool({
      command: "/bin/bash",
      args: ["-c", script.text, "bash"],
      env: agentEnv(as.home),
      as,
      deadlineMs: installSeconds * 1_000,
    });
    if (trouble !== undefined) return failed(`the installer failed: ${trouble}`);
    const path = `${as.home}/.local/bin/claude`;
    if (isProgram(host, path)) return DONE;
    return failed(`the installer ended well, and there is no program ${path}`);
  };
}

function remember<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}

async function download(url: string, runTool: RunTool, seconds: number): Promise<Script> {
  const { stdout, stderr, trouble } = await runTool({
    command: "/usr/bin/curl",
    args: [
      // Before all others: no configuration file.
      "--disable",
      "--silent",
      "--show-error",
      "--fail",
      "--location",
      "--globoff",
      "--proto",
      "=http,https",
      "--proto-redir",
      "=https",
      "--connect-timeout",
      "15",
      "--max-time",
      String(seconds),
      "--max-filesize",
      String(MAX_SCRIPT_LENGTH),
      // Apart from the script, which may be anything.
      "--write-out",
      "%{stderr}%{http_code}",
      "--",
      url,
    ],
    deadlineMs: (seconds + 15) * 1_000,
  });
  const no = (why: string): Script => ({ isThere: false, why: `${url} ${why}` });
  if (trouble !== undefined) return no(`cannot be had: ${trouble}`);
  if (stderr.trim() !== "200") return no(`answered ${stderr.trim()}, must answer 200`);
  if (stdout.length > MAX_SCRIPT_LENGTH) return no("is too large for an installer");
  if (!stdout.startsWith("#!")) return no('is no script: it does not begin with "#!"');
  if (/[\0\ufffd]/.test(stdout)) return no("is no text");
  return { isThere: true, text: stdout };
}
