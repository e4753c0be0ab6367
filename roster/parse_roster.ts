/**
 * A roster from its text, or everything that is wrong with it.
 *
 * @module
 */
import { nearestWord } from "../core/nearest_word.ts";
import { readStrictYaml, type StrictYaml } from "../core/strict_yaml.ts";
import { faultText, shownValue, type TextFault } from "../core/text_fault.ts";
import { checkShape } from "../core/yaml_shape.ts";
import { osNameFault } from "./os_name.ts";
import { type Roster, type RosterUser, USER_SHAPE } from "./roster_schema.ts";
import { repeatedIdentities, rowFaults } from "./row_faults.ts";

/** A roster, or why the text is none. */
export type ParsedRoster =
  | { readonly isValid: true; readonly roster: Roster; readonly yaml: StrictYaml }
  | { readonly isValid: false; readonly faults: readonly TextFault[] };

/**
 * Reads a roster. A text without users is a roster of nobody.
 *
 * @param text The content of `roster.yaml`.
 * @returns The roster, or all faults in the order of their places.
 */
export function parseRoster(text: string): ParsedRoster {
  const yaml = readStrictYaml(text);
  const found: TextFault[] = [];
  // Below a fault of syntax every other fault would be a guess.
  const users = yaml.document.errors.length > 0 ? [] : readUsers(yaml, found);
  // What an alias or a tag stands for is a guess as well.
  const places = new Set(yaml.faults.map(({ line, column }) => `${line}:${column}`));
  const others = found.filter(({ line, column }) => !places.has(`${line}:${column}`));
  const faults = [...yaml.faults, ...others];
  if (faults.length === 0) return { isValid: true, roster: { users }, yaml };
  faults.sort((a, b) => a.line - b.line || a.column - b.column);
  return { isValid: false, faults };
}

/**
 * The sentence that a person gets for an unreadable roster.
 *
 * @param path The file, as it was named.
 * @param faults What is wrong, at least one.
 */
export function rosterFaultText(path: string, faults: readonly TextFault[]): string {
  return `Cannot read roster ${shownValue(path)}: ${faults.map(faultText).join("; ")}`;
}

function readUsers(yaml: StrictYaml, faults: TextFault[]): RosterUser[] {
  const { value } = yaml;
  if (value === null || value === undefined) return [];
  if (!isRecord(value)) {
    faults.push(yaml.fault([], `is ${shownValue(value)}, must be a map with users`));
    return [];
  }
  for (const key of Object.keys(value)) {
    // What the reader has named already is not named again.
    if (key === "users" || key === "<<" || key === "__proto__") continue;
    const meant = nearestWord(key, ["users"]);
    const hint = meant === undefined ? "must be users" : `did you mean "${meant}"`;
    faults.push(yaml.fault([key], `is no known key, ${hint}`, "key", meant));
  }
  const rows = value.users ?? {};
  if (!isRecord(rows)) {
    faults.push(
      yaml.fault(["users"], `is ${shownValue(rows)}, must be a map of users by account name`),
    );
    return [];
  }
  const users: RosterUser[] = [];
  for (const [name, row] of Object.entries(rows)) {
    if (name === "<<" || name === "__proto__") continue;
    const path = ["users", name];
    const nameFault = osNameFault(name);
    if (nameFault !== undefined) {
      faults.push(yaml.fault(path, `is no name for an account, ${nameFault}`, "key"));
    }
    const result = checkShape(yaml, path, row, USER_SHAPE);
    if (result.isValid) users.push({ os_user: name, ...result.value });
    else faults.push(...result.faults.filter(({ path }) => path.at(-1) !== "<<"));
    // Also for a row that is wrong elsewhere: all faults at once.
    if (isRecord(row)) faults.push(...rowFaults(yaml, path, row));
  }
  faults.push(...repeatedIdentities(yaml, rows));
  return users;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
