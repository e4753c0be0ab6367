/**
 * Makes system accounts, by systemd's own tool.
 *
 * @module
 */
import { DONE, type Outcome } from "../../item.ts";
import { failed } from "../../real/outcome.ts";
import type { ActionOf, PerformContext } from "../../real/performers.ts";

const SYSUSERS = "/usr/bin/systemd-sysusers";

/** Makes what a file of sysusers.d declares and is not there yet. */
export async function installAccounts(
  { path }: ActionOf<"install_accounts">,
  { runTool }: PerformContext,
): Promise<Outcome> {
  const { trouble } = await runTool({ command: SYSUSERS, args: [path] });
  return trouble === undefined ? DONE : failed(`Cannot make the accounts of ${path}: ${trouble}`);
}
