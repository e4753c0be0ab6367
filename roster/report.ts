/**
 * The answers of the roster's commands as text for a person, and as JSON for a machine.
 *
 * @module
 */
import type { MembershipPlan } from "./membership.ts";
import type { OffboardStep } from "./offboard.ts";
import type { PortChange } from "./plan_ports.ts";
import type { Roster } from "./roster_schema.ts";
import type { RosterIssue } from "./validate_tiers.ts";

/** An answer as one JSON object with the version of its shape, which grows by additions only. */
export function json(answer: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ version: 1, ...answer }, null, 2)}\n`;
}

/** What `validate` found in a roster that can be read. */
export function validation(
  path: string,
  { users }: Roster,
  issues: readonly RosterIssue[],
): string {
  const lines = issues.map(({ severity, message }) => `${severity}: ${message}\n`);
  const errors = issues.filter(({ severity }) => severity === "error").length;
  const counts = [
    count(users.length, "user"),
    count(errors, "error"),
    count(issues.length - errors, "warning"),
  ];
  return `${lines.join("")}${path}: ${counts.join(", ")}\n`;
}

/** The steps of `offboard`, below the account they are for. */
export function offboarding(steps: readonly OffboardStep[]): string {
  if (steps.length === 0) return "Nobody left.\n";
  const byUser = Map.groupBy(steps, ({ os_user }) => os_user);
  return [...byUser].map(([user, own]) => {
    const lines = own.map(({ kind, what, is_reversible }) =>
      `  ${kind.padEnd(20)}  ${what}${is_reversible ? "" : " (cannot be undone)"}\n`
    );
    return `${user}\n${lines.join("")}`;
  }).join("");
}

/** What `membership` would change, or has changed. */
export function membership(
  plan: MembershipPlan & { readonly failures: readonly string[]; readonly is_applied: boolean },
): string {
  const lines = [
    ...plan.add.map(({ os_user, authentik_user }) => `add          ${os_user} (${authentik_user})`),
    ...plan.remove.map((name) => `comment out  ${name}`),
    ...plan.protected.map((name) => `keep         ${name}, an admin who is no member`),
    ...plan.conflicts.map(({ message }) => `conflict     ${message}`),
    ...plan.failures.map((message) => `failed       ${message}`),
  ];
  if (plan.add.length + plan.remove.length === 0) lines.push("Nothing to change.");
  else lines.push(plan.is_applied ? "Written." : "Nothing written; --apply writes it.");
  return `${lines.join("\n")}\n`;
}

/** What `ports` would change, or has changed, file by file. */
export function ports(
  files: readonly { readonly path: string; readonly changes: readonly PortChange[] }[],
): string {
  const words = { given: "given to", freed: "freed, was of", kept: "kept for" };
  return files.map(({ path, changes }) => {
    const lines = changes.map(({ port, change, os_user }) =>
      `  ${port}  ${words[change]} ${os_user}\n`
    );
    return `${path}\n${
      lines.length === 0 ? "  nothing to change, nothing kept\n" : lines.join("")
    }`;
  }).join("");
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
