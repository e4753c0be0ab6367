/**
 * Roster and ports given so far -> what a dev box should be.
 *
 * Pure and in a fixed order: the same input gives the same bytes. Names are those of the JSON that
 * `roster derive` prints.
 *
 * @module
 */
import { allocatePorts } from "./allocate_ports.ts";
import { withoutDomain } from "./identity.ts";
import {
  ledgerObject,
  PLAYWRIGHT_PORTS,
  type PortLedger,
  type PortRange,
  T3_PORTS,
} from "./port_ledger.ts";
import { ttydAdmins, ttydUserMap } from "./render_maps.ts";
import type { Agent, Roster, Tier } from "./roster_schema.ts";
import { groupsOf, SHELL } from "./tier_groups.ts";

/** An account as it should be. */
export interface Account {
  /** Its name. */
  readonly os_user: string;
  /** The user's tier. */
  readonly tier: Tier;
  /** Groups it should be in, besides those it is in already. */
  readonly groups: readonly string[];
  /** Its login shell, where it has yet to be made. */
  readonly shell: string;
  /** Name at the identity provider. */
  readonly authentik_user: string;
  /** Name in the cluster. */
  readonly k8s_user: string;
  /** Namespaces it owns. */
  readonly namespaces: readonly string[];
  /** Whether its services are to be off. */
  readonly parked: boolean;
  /** Whether its Claude login is kept in step; never while it is parked. */
  readonly claude_auth: boolean;
  /** Agents to wire to its browser. */
  readonly agents: readonly Agent[];
  /** The port of its t3 instance. */
  readonly t3_port: number;
  /** The port of its MCP server. */
  readonly playwright_port: number;
}

/** What a dev box should be. */
export interface DerivedState {
  /** The version of this shape; it grows by additions only. */
  readonly version: 1;
  /** The accounts, in the order of their names. */
  readonly accounts: readonly Account[];
  /** T3 ports of users present and past: the ledger to keep. */
  readonly ports: Readonly<Record<string, number>>;
  /** MCP ports of users present and past: the ledger to keep. */
  readonly playwright_ports: Readonly<Record<string, number>>;
  /** The content of `/etc/ttyd-user-map`. */
  readonly ttyd_user_map: string;
  /** The content of `/etc/ttyd-admins`. */
  readonly ttyd_admins: string;
  /**
   * The content of `/etc/t3-serve/dispatch.json`: by name at the identity provider, without its
   * domain, since the dispatcher drops the domain of who it is told.
   */
  readonly dispatch: Readonly<Record<string, { readonly os_user: string; readonly port: number }>>;
  /** By account: the sites its agents are logged in to. Who is not named gets nothing. */
  readonly access: Readonly<Record<string, { readonly sites: readonly string[] }>>;
}

/** What a dev box should be, or who cannot have a port. */
export type Derivation =
  | { readonly isComplete: true; readonly state: DerivedState }
  | { readonly isComplete: false; readonly reason: string };

/** Ports given before, and where to look for new ones. */
export interface DeriveOptions {
  /** T3 ports given so far. @default {none} */
  readonly ports?: PortLedger;
  /** MCP ports given so far. @default {none} */
  readonly playwrightPorts?: PortLedger;
  /** Where t3 ports are given. @default {T3_PORTS} */
  readonly t3Range?: PortRange;
  /** Where MCP ports are given. @default {PLAYWRIGHT_PORTS} */
  readonly playwrightRange?: PortRange;
}

/**
 * Derives what a dev box should be.
 *
 * @param roster Who may use it.
 * @param options Ports given before.
 */
export function derive({ users }: Roster, options: DeriveOptions = {}): Derivation {
  const { ports = new Map(), playwrightPorts = new Map() } = options;
  const clash = sharedPort(ports, playwrightPorts);
  if (clash !== undefined) return { isComplete: false, reason: clash };
  const sorted = users.toSorted((a, b) => a.os_user < b.os_user ? -1 : 1);
  const names = sorted.map(({ os_user }) => os_user);
  const t3 = allocatePorts(names, ports, options.t3Range ?? T3_PORTS, playwrightPorts.values());
  if (!t3.isComplete) return outOfPorts("t3", t3.without);
  const mcp = allocatePorts(
    names,
    playwrightPorts,
    options.playwrightRange ?? PLAYWRIGHT_PORTS,
    t3.ledger.values(),
  );
  if (!mcp.isComplete) return outOfPorts("MCP", mcp.without);
  const accounts = sorted.map((user): Account => ({
    os_user: user.os_user,
    tier: user.tier,
    groups: groupsOf(user.tier),
    shell: SHELL,
    authentik_user: user.authentik_user,
    k8s_user: user.k8s_user,
    namespaces: user.namespaces,
    parked: user.parked,
    claude_auth: user.claude_auth && !user.parked,
    agents: user.agents,
    t3_port: t3.ledger.get(user.os_user) ?? 0,
    playwright_port: mcp.ledger.get(user.os_user) ?? 0,
  }));
  const mapped = accounts.map(({ authentik_user, os_user, t3_port }) => (
    { authentik_user, os_user, port: t3_port }
  ));
  const admins = accounts.filter(({ tier }) => tier === "admin").map(({ os_user }) => os_user);
  return {
    isComplete: true,
    state: {
      version: 1,
      accounts,
      ports: ledgerObject(t3.ledger),
      playwright_ports: ledgerObject(mcp.ledger),
      ttyd_user_map: ttydUserMap(mapped),
      ttyd_admins: ttydAdmins(admins),
      dispatch: Object.fromEntries(
        mapped.map(({ authentik_user, os_user, port }) => [
          withoutDomain(authentik_user),
          { os_user, port },
        ]),
      ),
      access: Object.fromEntries(
        sorted.filter(({ browser }) => browser !== undefined && browser.sites.length > 0)
          .map(({ os_user, browser }) => [os_user, { sites: (browser?.sites ?? []).toSorted() }]),
      ),
    },
  };
}

/** The state as it is printed and kept. */
export function derivedText(state: DerivedState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}

function sharedPort(ports: PortLedger, playwrightPorts: PortLedger): string | undefined {
  const owners = new Map([...ports].map(([name, port]) => [port, name]));
  for (const [name, port] of playwrightPorts) {
    const owner = owners.get(port);
    if (owner === undefined) continue;
    return `port ${port} is the t3 port of ${owner} and the MCP port of ${name}, must be of one only`;
  }
}

function outOfPorts(kind: string, without: readonly string[]): Derivation {
  const shown = without.slice(0, 3).join(", ");
  const more = without.length > 3 ? ` and ${without.length - 3} more` : "";
  const reason =
    `no ${kind} port is left for ${shown}${more}, must free some (roster ports --free)`;
  return { isComplete: false, reason };
}
