/**
 * What is wrong with rows of a roster although each of their fields is fine.
 *
 * Works on rows as they were read, so that a fault elsewhere in a row hides none of these.
 *
 * @module
 */
import type { StrictYaml } from "../core/strict_yaml.ts";
import { shownValue, type TextFault } from "../core/text_fault.ts";
import { identityKey } from "./identity.ts";
import { TIERS } from "./roster_schema.ts";

/** A row as it was read. */
export type RawRow = Readonly<Record<string, unknown>>;

/**
 * Fields of one row that contradict each other, and lists that name something twice.
 *
 * @param yaml The roster's text.
 * @param path Where the row stands.
 * @param row The row.
 */
export function rowFaults(
  yaml: StrictYaml,
  path: readonly string[],
  row: RawRow,
): readonly TextFault[] {
  const faults: TextFault[] = [];
  const { tier, namespaces = [], agents, browser } = row;
  if (Array.isArray(namespaces) && (TIERS as readonly unknown[]).includes(tier)) {
    const at = [...path, "namespaces"];
    if (tier === "namespace-owner" && namespaces.length === 0) {
      const state = row.namespaces === undefined ? "is missing" : "is empty";
      const rule = 'must name at least one, since the tier is "namespace-owner"';
      faults.push(yaml.fault(at, `${state}, ${rule}`));
    } else if (tier !== "namespace-owner" && namespaces.length > 0) {
      const rule = `must not be given, since the tier is "${tier}"`;
      faults.push(yaml.fault(at, `is a list, ${rule}`, "key"));
    }
  }
  const sites = (browser as { sites?: unknown } | null | undefined)?.sites;
  const lists = [["namespaces", namespaces], ["agents", agents], ["browser.sites", sites]] as const;
  for (const [name, list] of lists) {
    if (!Array.isArray(list)) continue;
    for (const [index, item] of list.entries()) {
      if (list.indexOf(item) === index) continue;
      const at = [...path, ...name.split("."), String(index)];
      faults.push(yaml.fault(at, `is ${shownValue(item)}, must be listed once`));
    }
  }
  return faults;
}

/**
 * Rows that name a person another row has named: whichever was read last would win, silently.
 *
 * @param yaml The roster's text.
 * @param rows The rows by account name.
 */
export function repeatedIdentities(
  yaml: StrictYaml,
  rows: Readonly<Record<string, unknown>>,
): readonly TextFault[] {
  const faults: TextFault[] = [];
  const fields: readonly (readonly [string, (identity: string) => string])[] = [
    ["authentik_user", identityKey],
    ["k8s_user", (identity) => identity],
  ];
  for (const [field, keyOf] of fields) {
    const firsts = new Map<string, string>();
    for (const [name, row] of Object.entries(rows)) {
      const identity = (row as RawRow | null | undefined)?.[field];
      if (typeof identity !== "string") continue;
      const first = firsts.get(keyOf(identity));
      if (first === undefined) {
        firsts.set(keyOf(identity), name);
        continue;
      }
      const message = `is ${
        shownValue(identity)
      }, must be another person than users.${first}.${field}`;
      faults.push(yaml.fault(["users", name, field], message));
    }
  }
  return faults;
}
