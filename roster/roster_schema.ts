/**
 * The shape of `roster.yaml`: one row per user of a dev box.
 *
 * Names are as in the file. What one field can show is checked here, what takes several of them in
 * `row_faults.ts`. Descriptions end up in the JSON Schema and so in the author's editor.
 *
 * @module
 */
import { z } from "zod";
import { IDENTITY, IDENTITY_RULE } from "./identity.ts";
import { OS_NAME, OS_NAME_RULE, osNameFault } from "./os_name.ts";
import { SITE_RULE, siteFault } from "./site.ts";

/** What a user may do on the machine and in the cluster, from most to least. */
export const TIERS = ["admin", "power-user", "namespace-owner"] as const;

/** A user's tier. */
export type Tier = typeof TIERS[number];

/** The tier that grants least, which newcomers get. */
export const FLOOR_TIER: Tier = "namespace-owner";

/** The agents a user's tools can be wired for. */
export const AGENTS = ["claude", "codex", "gemini", "cursor", "opencode"] as const;

/** An agent. */
export type Agent = typeof AGENTS[number];

const BOOLEAN_RULE = "must be true or false";
const NAMESPACE_RULE =
  "must be a namespace name: 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends";

const NAMESPACE = z.string(NAMESPACE_RULE)
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, NAMESPACE_RULE)
  .refine(
    (name) => name !== "kube" && !name.startsWith("kube-"),
    'must not begin with "kube-", which is the cluster\'s own',
  );

const SITE = z.string(SITE_RULE).superRefine((site, context) => {
  const message = siteFault(site);
  if (message !== undefined) context.addIssue({ code: "custom", message });
}).meta({ pattern: "^[a-z0-9_-]+(\\.[a-z0-9_-]+)*$" });

const USER = z.strictObject({
  authentik_user: z.string(IDENTITY_RULE).regex(IDENTITY, IDENTITY_RULE)
    .describe("Name at the identity provider; a domain and upper case make no other person"),
  k8s_user: z.string(IDENTITY_RULE).regex(IDENTITY, IDENTITY_RULE)
    .describe("Name the cluster's roles are bound to"),
  tier: z.enum(TIERS, oneOf(TIERS))
    .describe("What the user may do: admin, power-user or namespace-owner"),
  namespaces: z.array(NAMESPACE, "must be a list of namespaces").default([])
    .meta({ uniqueItems: true })
    .describe("Namespaces the user owns; for the tier namespace-owner, and only for it"),
  parked: z.boolean(BOOLEAN_RULE).default(false)
    .describe("Keeps account, home and ports, but runs nothing"),
  claude_auth: z.boolean(BOOLEAN_RULE).default(true)
    .describe("Whether the user's Claude login is kept in step"),
  browser: z.strictObject({
    sites: z.array(SITE, "must be a list of sites")
      .meta({ uniqueItems: true })
      .describe("Hosts or domains the user's agents are logged in to"),
  }, "must be a map with sites").optional()
    .describe("Logged-in state the user's agents get; none where it is not given"),
  agents: z.array(z.enum(AGENTS, oneOf(AGENTS)), "must be a list of agents").default(["claude"])
    .meta({ uniqueItems: true })
    .describe("Agents to wire to the user's browser; claude where it is not given"),
}, "must be a map with authentik_user, k8s_user and tier").meta({
  if: { properties: { tier: { const: "namespace-owner" } } },
  then: { required: ["namespaces"], properties: { namespaces: { minItems: 1 } } },
  else: { properties: { namespaces: { maxItems: 0 } } },
});

const OS_NAME_KEY = z.string().regex(OS_NAME, OS_NAME_RULE).superRefine((name, context) => {
  const message = osNameFault(name);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

const ROSTER_FILE = z.strictObject({
  users: z.record(OS_NAME_KEY, USER).nullable().optional()
    .describe("One row per user, under the name of the account"),
}).meta({
  title: "Hearth roster",
  description: "Who may use a dev box, and what they get there",
});

/** The shape of one row. */
export const USER_SHAPE: z.ZodType<z.output<typeof USER>> = USER;

/** A user of the dev box: the row, with defaults filled in. */
export interface RosterUser extends Readonly<z.output<typeof USER>> {
  /** The account's name, which is the row's key. */
  readonly os_user: string;
}

/** Who may use a dev box, in the order of the file. */
export interface Roster {
  /** One entry per row. */
  readonly users: readonly RosterUser[];
}

/** The JSON Schema that editors check a roster with. It is a floor: the parser refuses more. */
export function rosterJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(ROSTER_FILE, { io: "input" });
}

function oneOf(words: readonly string[]): string {
  return `must be one of ${words.map((word) => `"${word}"`).join(", ")}`;
}
