/**
 * Claude's own installer, for a user who has no Claude.
 *
 * @module
 */
import type { PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";
import { shellQuote } from "../programs/shell_quote.ts";
import { isProgram } from "./find_program.ts";

/** Where a user's Claude is, below their home. */
export const CLAUDE = ".local/bin/claude";

/**
 * Plans the installation: `~/.local/bin/claude`, which its installer makes a link to a version. One
 * that leads nowhere counts as none.
 *
 * @param context The user's scope.
 * @param user The user.
 * @param installer Where the installer is, and whether this run can get it.
 */
export function* installStep(
  { host, items }: PlanContext,
  user: string,
  { url, isOffline }: { readonly url: string; readonly isOffline: boolean },
): Steps {
  const path = `${host.account(user)?.home}/${CLAUDE}`;
  if (isProgram(host, path)) {
    yield items.ok("claude");
    return;
  }
  const there = host.file(path);
  if (there.kind === "directory") {
    yield items.warning("claude", `${path} is a directory, must be a program`, `ls -ld ${path}`);
    return;
  }
  if (isOffline) {
    const run = `hearth-provision apply --user ${user}`;
    yield items.skipped("claude", `${user} has none and this run no network; ${run} installs it`);
    return;
  }
  yield items.change("claude", {
    cause: "missing",
    summary: `install claude for ${user} by ${url}`,
    action: { kind: "install_claude", user, url },
    retry: `runuser -l ${user} -c ${shellQuote(`curl -fsSL ${shellQuote(url)} | bash`)}`,
  });
}
