/**
 * How programs of a user are run: as the user, found where users have programs.
 *
 * @module
 */
import type { HostView } from "../host_view.ts";
import type { Identity } from "../real/run_tool.ts";
import { programDirectories } from "./find_program.ts";

/** Whom a user's program runs as; `undefined` where there is no such account. */
export function identityOf(host: HostView, user: string): Identity | undefined {
  const account = host.account(user);
  if (account === undefined) return undefined;
  return { user, uid: account.uid, gid: account.gid, home: account.home };
}

/** Variables of an agent's program that is run for its user. */
export function agentEnv(home: string): Readonly<Record<string, string>> {
  return {
    PATH: programDirectories(home).join(":"),
    // It is not the user who runs it: nothing is to be reported, and nothing but the wiring changed.
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    GEMINI_TELEMETRY_ENABLED: "false",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    NO_COLOR: "1",
  };
}
