/**
 * Rosters for tests: made by hand, or of any shape that is valid.
 *
 * @module
 */
import fc from "fast-check";
import { parseRoster } from "../../roster/parse_roster.ts";
import { type Roster, type RosterUser, TIERS } from "../../roster/roster_schema.ts";

/** A user with what a test does not care about filled in. */
export function testUser(os_user: string, fields: Partial<RosterUser> = {}): RosterUser {
  const tier = fields.tier ?? "power-user";
  return {
    os_user,
    authentik_user: os_user,
    k8s_user: os_user,
    tier,
    namespaces: tier === "namespace-owner" ? [os_user] : [],
    parked: false,
    claude_auth: true,
    browser: undefined,
    agents: ["claude"],
    ...fields,
  };
}

/** A roster of users who are given by name, or in full. */
export function testRoster(...users: readonly (string | RosterUser)[]): Roster {
  return { users: users.map((user) => typeof user === "string" ? testUser(user) : user) };
}

/** The roster of a text that must be one. */
export function rosterOf(text: string): Roster {
  const parsed = parseRoster(text);
  if (parsed.isValid) return parsed.roster;
  throw new Error(JSON.stringify(parsed.faults));
}

/** A few account names, so that users leave and come back. */
export const anyName: fc.Arbitrary<string> = fc.constantFrom(
  ..."ada bob cy dora eve fay gus hal ida jo constructor value-of a-b a_b".split(" "),
);

/** A roster as people write one: comments, blank lines, quotes, flow and block, either line end. */
export const anyRosterText: fc.Arbitrary<string> = fc.record({
  names: fc.uniqueArray(anyName, { maxLength: 6 }),
  styles: fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }),
  gaps: fc.array(
    fc.constantFrom("", "", "\n", "  # über uns\n", "# left\n\n", "\n      # deep\n", "   \n"),
    { minLength: 7, maxLength: 7 },
  ),
  tiers: fc.array(fc.constantFrom(...TIERS), { minLength: 6, maxLength: 6 }),
  head: fc.constantFrom("", "# people\n", "---\n", "\ufeff", "\n\n"),
  tail: fc.constantFrom("", "# the end", "\n\n", "...\n"),
  isIndented: fc.constantFrom("  ", "    ", " "),
  hasCrlf: fc.boolean(),
  hasLastNewline: fc.boolean(),
}).map(
  ({ names, styles, gaps, tiers, head, tail, isIndented: indent, hasCrlf, hasLastNewline }) => {
    const rows = names.map((name, at) => {
      const tier = tiers[at] ?? "admin";
      const fields = [
        `authentik_user: "${name}@example.com"`,
        `k8s_user: ${name}`,
        `tier: ${tier}`,
      ];
      if (tier === "namespace-owner") {
        fields.push(`namespaces: [${name.replace("_", "-x-").toLowerCase()}]`);
      }
      return `${gaps[at]}${row(indent, name, fields, styles[at] ?? 0)}`;
    });
    const body = `${head}users:\n${rows.join("")}${gaps[6]}`;
    const text = hasLastNewline || tail !== "" ? `${body}${tail}` : body.replace(/\n$/, "");
    return hasCrlf ? text.replaceAll("\n", "\r\n") : text;
  },
).filter((text) => parseRoster(text).isValid);

function row(indent: string, name: string, fields: readonly string[], style: number): string {
  const inner = `${indent}  `;
  if (style === 0) return `${indent}${name}: { ${fields.join(", ")} } # flow\n`;
  if (style === 1) return `${indent}"${name}": {\n${inner}${fields.join(`,\n${inner}`)}}\n`;
  if (style === 2) {
    return `${indent}${name}: # who\n\n${inner}${fields.join(`\n# aside\n${inner}`)}\n`;
  }
  return `${indent}${name}:\n${inner}${fields.join(`\n${inner}`)}\n`;
}
