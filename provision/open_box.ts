/**
 * The real box: its files read, its machine looked at, and the scopes that follow from both.
 *
 * @module
 */
import { systemClock } from "../core/clock.ts";
import { usageFault } from "../core/command.ts";
import { type EnvReader, readEnv } from "../core/env.ts";
import { Fault } from "../core/fault.ts";
import { nearestWord } from "../core/nearest_word.ts";
import { shownValue } from "../core/text_fault.ts";
import { readBytes } from "../roster/load.ts";
import { claudeTokenKeys } from "./agents/claude_token.ts";
import { claudeInstaller } from "./agents/perform_install.ts";
import { performRetirement } from "./agents/perform_retirement.ts";
import { performWiring } from "./agents/perform_wiring.ts";
import { homePlanner } from "./agents/plan_home.ts";
import { boxScopes } from "./box.ts";
import type { ScopePlan } from "./drive.ts";
import type { HostPerformers } from "./host/host_performers.ts";
import { loadHost } from "./host/load_host.ts";
import type { Outcome } from "./item.ts";
import { boxFiles, loadBox, type LoadedBox, loadSettings } from "./load_box.ts";
import { type RealMachine, realMachine } from "./real/real_machine.ts";
import { runTool } from "./real/run_tool.ts";
import { type AppliedRecords, openRecords } from "./record_store.ts";
import { PROVISION_ENV, type RunOptions } from "./run_options.ts";
import { makeToken } from "./secrets/make_token.ts";
import { curlGet } from "./secrets/http_get.ts";
import { readSecret } from "./secrets/read_secret.ts";
import { vaultClient } from "./secrets/vault_client.ts";
import type { Settings } from "./settings.ts";

/** Where runs keep the lock, the records and the audit log. */
export const STATE = "/var/lib/t3-provision";

/** A machine without it was never prepared. */
const MCP_UNIT = "/etc/systemd/system/playwright-mcp@.service";

/** No planner of users asks for these. */
const USERS_ONLY: HostPerformers = {
  install_packages: onlyByHost,
  install_tree: onlyByHost,
  install_accounts: onlyByHost,
  install_sudoers: onlyByHost,
};

function onlyByHost(): Promise<Outcome> {
  return Promise.resolve({ isDone: false, error: 'It is the machine\'s, run "provision host"' });
}

/** A box whose files were read. */
export interface Box {
  /** What the machine itself needs, for `host` alone. */
  readonly itself: ScopePlan | undefined;
  /** What is true of it besides who may use it. */
  readonly settings: Settings;
  /** Whether this run downloads no agent. */
  readonly isOffline: boolean;
  /** The machine. */
  readonly machine: RealMachine;
  /** What was applied before. */
  readonly records: AppliedRecords;
  /** Everything else that was read. */
  readonly loaded: LoadedBox;
}

/** Which box, and whether its machine itself is asked about. */
export interface OpenOptions {
  /** The program's variables. */
  readonly env: EnvReader;
  /** The directory of the box's files. */
  readonly config: string;
  /** Where Hearth itself is, which `host` installs; `undefined` where only users are asked about. */
  readonly root: string | undefined;
}

/**
 * Reads the files and looks at the machine.
 *
 * @throws {Fault} When a file is wrong.
 */
export async function openBox({ env, config, root }: OpenOptions): Promise<Box> {
  const settings = await loadSettings(readBytes, boxFiles(config).settings);
  const machineItself = root === undefined ? undefined : await loadHost(settings, { root, env });
  const machine = realMachine({
    clock: systemClock,
    performers: {
      wire_agent: performWiring,
      install_claude: claudeInstaller(),
      retire_legacy: performRetirement,
      ...machineItself?.performers ?? USERS_ONLY,
    },
  });
  const { HEARTH_OFFLINE, ...vault } = readEnv(PROVISION_ENV, env);
  const isOffline = HEARTH_OFFLINE === "1";
  const readVault = vaultClient(vault, curlGet(runTool));
  const records = openRecords(`${STATE}/applied`);
  const loaded = await loadBox(boxFiles(config), settings, {
    read: readBytes,
    host: machine.host,
    known: records.users(),
    readSecret: (source) => readSecret(source, { env, readVault }),
    makeToken,
  });
  return { itself: machineItself?.scope, settings, isOffline, machine, records, loaded };
}

/** The machine itself; its users come after it, planned on what it will be. */
export function itsOwnScope({ itself }: Box): readonly ScopePlan[] {
  return itself === undefined ? [] : [itself];
}

/** The users of a machine that has what they need. */
export function userScopes(box: Box, options: RunOptions): readonly ScopePlan[] {
  if (box.machine.host.file(MCP_UNIT).kind === "absent") {
    throw new Fault(
      `Cannot make users: this machine has no ${MCP_UNIT}, run "provision host" first`,
    );
  }
  return scopesOf(box, options);
}

/**
 * The users, and the maps that name them.
 *
 * @throws {Fault} When the one user that was asked for is not there.
 */
export function scopesOf(
  { loaded, settings, isOffline }: Box,
  { user }: RunOptions,
): readonly ScopePlan[] {
  const names = [...loaded.state.accounts.map(({ os_user }) => os_user), ...loaded.gone];
  if (user !== undefined && !names.includes(user)) {
    const meant = nearestWord(user, names);
    throw usageFault(
      `There is no user ${shownValue(user)}, must be one of the roster` +
        (meant === undefined ? "" : `; did you mean "${meant}"`),
      "provision",
    );
  }
  return boxScopes({
    ...loaded,
    inHome: homePlanner({ ...settings, isOffline }),
    t3Keys: (context, account) => claudeTokenKeys(context, account, loaded.claudeToken),
  }, user);
}
