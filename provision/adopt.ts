/**
 * A box that was set up by hand, as rows for a roster and ports for the ledgers.
 *
 * Whoever has an env file or is in the dispatcher's map is somebody the box serves. What the box
 * knows of them (identity, ports, groups) becomes a row to be looked at by a person; what it does not
 * know gets the least.
 *
 * @module
 */
import { stringify } from "yaml";
import { groupsOf } from "../roster/tier_groups.ts";
import { OS_NAME } from "../roster/os_name.ts";
import { FLOOR_TIER, type Tier } from "../roster/roster_schema.ts";
import { type HostView, textOf } from "./host_view.ts";
import { portsOnBox } from "./load_box.ts";
import { unitsOf } from "./users/user_units.ts";

/** Somebody the box serves and the roster does not have. */
export interface FoundUser {
  /** The account. */
  readonly os_user: string;
  /** The name at the identity provider, from the dispatcher's map; the account's without one. */
  readonly authentik_user: string;
  /** From the groups of the account. */
  readonly tier: Tier;
  /** What tells that the box serves them: files and units. */
  readonly seen: readonly string[];
}

/**
 * Looks for users.
 *
 * @param host The machine.
 * @param present Who is in the roster.
 */
export function findUsers(host: HostView, present: ReadonlySet<string>): readonly FoundUser[] {
  const { t3, mcp } = portsOnBox(host);
  const identities = identitiesOf(host);
  const named = [...t3.keys(), ...mcp.keys(), ...identities.keys()];
  return [...new Set(named)].sort()
    .filter((user) => !present.has(user) && OS_NAME.test(user) && host.account(user) !== undefined)
    .map((user) => {
      const isAdmin = groupsOf("admin").some((group) => host.group(group)?.members.has(user));
      const seen = [
        ...(t3.has(user) ? [`/etc/t3-serve/${user}.env`] : []),
        ...(mcp.has(user) ? [`/etc/t3-serve/playwright-${user}.env`] : []),
        ...(identities.has(user) ? ["/etc/t3-serve/dispatch.json"] : []),
        ...unitsOf(user).filter((unit) => host.unit(unit).isEnabled),
      ];
      const authentik_user = identities.get(user) ?? user;
      return { os_user: user, authentik_user, tier: isAdmin ? "admin" : FLOOR_TIER, seen };
    });
}

/** Rows for a roster, each below what was seen of the user. */
export function rosterRows(found: readonly FoundUser[]): string {
  return found.map(({ os_user, authentik_user, tier, seen }) => {
    const row = {
      [os_user]: {
        authentik_user,
        k8s_user: os_user,
        tier,
        ...(tier === "namespace-owner" ? { namespaces: [os_user.replaceAll("_", "-")] } : {}),
      },
    };
    const body = stringify(row).replaceAll(/^(?=.)/gm, "  ");
    return `  # seen: ${seen.join(", ")}\n${body}`;
  }).join("");
}

function identitiesOf(host: HostView): ReadonlyMap<string, string> {
  const text = textOf(host, "/etc/t3-serve/dispatch.json");
  let map: unknown;
  try {
    map = JSON.parse(text ?? "{}");
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
  if (typeof map !== "object" || map === null) return new Map();
  return new Map(
    Object.entries(map).flatMap(([identity, entry]) => {
      const user = (entry as { os_user?: unknown } | null)?.os_user;
      return typeof user === "string" ? [[user, identity] as const] : [];
    }),
  );
}
