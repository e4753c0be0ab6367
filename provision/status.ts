/**
 * What there is of each user on the machine, for a person or a machine to read.
 *
 * @module
 */
import type { Account, DerivedState } from "../roster/derive.ts";
import type { HostView, UnitFact } from "./host_view.ts";
import { isProgram } from "./agents/find_program.ts";
import { CLAUDE } from "./agents/install_step.ts";
import { followUnit, mcpUnit, refreshTimer, t3Pointer, t3Unit } from "./users/user_units.ts";

/** One user's part of the machine. */
export interface UserStatus {
  /** The account. */
  readonly user: string;
  /** What the roster says of them; `gone` where it has no row any more. */
  readonly tier: string;
  /** Whether the roster has them parked. */
  readonly is_parked: boolean;
  /** Whether there is an account that may log in. */
  readonly has_account: boolean;
  /** The t3 instance. */
  readonly t3: { readonly port: number; readonly unit: string; readonly version: string | null };
  /** The MCP server. */
  readonly mcp: { readonly port: number; readonly unit: string; readonly is_listening: boolean };
  /** The user's copy of the snapshot. */
  readonly snapshot: {
    readonly follower: string;
    readonly timer: string;
    readonly age_seconds: number | null;
  };
  /** What is still to come by another run, and the command that has it come now. */
  readonly waits_for: readonly { readonly what: string; readonly command: string }[];
}

/** What status asks besides facts of the view. */
export interface StatusDeps {
  /** The machine. */
  readonly host: HostView;
  /** When a file was changed last, in milliseconds since the epoch; `undefined` where it is absent. */
  readonly modifiedMs: (path: string) => number | undefined;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Whether Claude is installed for those who are to have it. */
  readonly hasInstaller: boolean;
}

/** The status of each user of the roster, and of those who left. */
export function statusOf(
  state: DerivedState,
  gone: readonly string[],
  deps: StatusDeps,
): readonly UserStatus[] {
  const rows = state.accounts.map((account) => ({
    user: account.os_user,
    tier: account.tier as string,
    is_parked: account.parked,
    waits_for: account.parked ? [] : waitsFor(account, deps),
  }));
  const left = gone.map((user) => ({ user, tier: "gone", is_parked: false, waits_for: [] }));
  return [...rows, ...left].map((row) => userStatus(row, state, deps));
}

function userStatus(
  row: Pick<UserStatus, "user" | "tier" | "is_parked" | "waits_for">,
  state: DerivedState,
  { host, modifiedMs, nowMs }: StatusDeps,
): UserStatus {
  const { user } = row;
  const account = host.account(user);
  const mcpPort = state.playwright_ports[user] ?? 0;
  const copy = modifiedMs(`/home/${user}/.cache/playwright-shared-storage-state.json`);
  return {
    ...row,
    has_account: account !== undefined && !account.isExpired,
    t3: {
      port: state.ports[user] ?? 0,
      unit: unitText(host.unit(t3Unit(user))),
      version: versionAt(host, t3Pointer(user)),
    },
    mcp: {
      port: mcpPort,
      unit: unitText(host.unit(mcpUnit(user))),
      is_listening: host.listener(mcpPort)?.uid === account?.uid && account !== undefined,
    },
    snapshot: {
      follower: unitText(host.unit(followUnit(user))),
      timer: unitText(host.unit(refreshTimer(user))),
      age_seconds: copy === undefined ? null : Math.max(0, Math.round((nowMs - copy) / 1000)),
    },
  };
}

/** The hourly pass has no network, and t3 is the updater's. */
function waitsFor(
  { os_user: user, agents }: Account,
  { host, hasInstaller }: StatusDeps,
): UserStatus["waits_for"] {
  const home = host.account(user)?.home;
  if (home === undefined) return [{ what: "everything", command: applyTo(user) }];
  const lacksClaude = hasInstaller && agents.includes("claude") &&
    !isProgram(host, `${home}/${CLAUDE}`);
  const lacksT3 = versionAt(host, t3Pointer(user)) === null;
  return [
    ...lacksClaude ? [{ what: "claude", command: applyTo(user) }] : [],
    ...lacksT3 ? [{ what: "t3", command: "systemctl start t3-autoupdate" }] : [],
  ];
}

function applyTo(user: string): string {
  return `hearth-provision apply --user ${user}`;
}

function unitText({ isEnabled, active }: UnitFact): string {
  return isEnabled || active !== "inactive" ? active : "off";
}

function versionAt(host: HostView, pointer: string): string | null {
  const fact = host.file(pointer);
  return fact.kind === "link" ? fact.target.slice(fact.target.lastIndexOf("/") + 1) : null;
}

/** A table for a person. */
export function statusText(rows: readonly UserStatus[]): string {
  if (rows.length === 0) return "Nobody is in the roster.\n";
  const header = ["user", "tier", "account", "t3", "mcp", "follower", "snapshot"];
  const lines = rows.map((row) => [
    row.user,
    row.is_parked ? `${row.tier}, parked` : row.tier,
    row.has_account ? "yes" : "no",
    `${row.t3.port} ${row.t3.unit}${row.t3.version === null ? "" : ` ${row.t3.version}`}`,
    `${row.mcp.port} ${row.mcp.unit}`,
    row.snapshot.follower,
    row.snapshot.age_seconds === null ? "none" : `${ageText(row.snapshot.age_seconds)} old`,
  ]);
  const all = [header, ...lines];
  const widths = header.map((_, column) =>
    Math.max(...all.map((line) => line[column]?.length ?? 0))
  );
  const table = all.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  );
  const waits = rows.flatMap(({ user, waits_for }) =>
    waits_for.map(({ what, command }) => `${user} waits for ${what}: ${command}`)
  );
  return [...table, ...waits.length === 0 ? [] : ["", ...waits]].map((line) => `${line}\n`).join(
    "",
  );
}

function ageText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
