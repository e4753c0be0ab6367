/**
 * Edits of a roster's text that leave every other byte as it is.
 *
 * The text is never written back from a syntax tree: comments, blank lines, quotes, line ends and a
 * missing newline at the end are the author's. The tree only says on which lines a row stands.
 *
 * @module
 */
import type { YAMLMap } from "yaml";
import { isCollection, isMap, isNode, isPair } from "yaml";
import { pairOf, type StrictYaml } from "../core/strict_yaml.ts";
import { Fault } from "../core/fault.ts";
import type { Newcomer } from "./membership.ts";
import { parseRoster, rosterFaultText } from "./parse_roster.ts";
import { FLOOR_TIER, type Roster } from "./roster_schema.ts";

/**
 * Comments a user's row out, below a note that says why.
 *
 * @param text A valid roster.
 * @param name The account whose row it is.
 * @param note One line, such as `2026-11-21: no longer in the group`.
 * @throws {Fault} When there is no such row, or it shares its lines with something else.
 */
export function commentOutUser(text: string, name: string, note: string): string {
  const { yaml } = read(text);
  const users = usersOf(yaml);
  const pair = users === undefined ? undefined : pairOf(users, name);
  if (users === undefined || pair === undefined) {
    throw new Fault(`Cannot comment out users.${name}: the roster has no such user`);
  }
  const keyStart = pair.key.range?.[0] ?? 0;
  const start = lineStart(text, keyStart);
  const end = lineEnd(text, contentEnd(pair));
  const indent = text.slice(start, keyStart);
  if (users.flow === true || !/^ *$/.test(indent)) {
    throw new Fault(
      `Cannot comment out users.${name}: it shares a line with others, must begin its own line`,
    );
  }
  const eol = eolOf(text);
  const lines = text.slice(start, end).split("\n").map((line) =>
    // A blank line, and a comment further left, is no part of the row.
    line.trim() !== "" && line.startsWith(indent) ? `${indent}# ${line.slice(indent.length)}` : line
  );
  const edited = `${text.slice(0, start)}${indent}# ${oneLine(note)}${eol}${lines.join("\n")}` +
    text.slice(end);
  return checked(edited, (names) => !names.has(name), `comment out users.${name}`);
}

/**
 * Adds a row at the floor tier, after the last one.
 *
 * @param text A valid roster.
 * @param newcomer Whose row.
 * @throws {Fault} When there is such a row already, or the rows stand in one line.
 */
export function appendUser(text: string, newcomer: Newcomer): string {
  const { os_user, authentik_user, namespace } = newcomer;
  const { yaml, roster } = read(text);
  if (roster.users.some((user) => user.os_user === os_user)) {
    throw new Fault(`Cannot add users.${os_user}: the roster has that user already`);
  }
  const eol = eolOf(text);
  const users = usersOf(yaml);
  const indent = " ".repeat(users === undefined ? 2 : indentOf(text, users));
  const row = [
    `${scalar(os_user)}:`,
    `  authentik_user: ${scalar(authentik_user)}`,
    `  k8s_user: ${scalar(os_user)}`,
    `  tier: ${FLOOR_TIER}`,
    `  namespaces: [${scalar(namespace)}]`,
  ].map((line) => `${indent}${line}`).join(eol);
  const at = insertionPoint(text, yaml, users);
  let edited: string;
  if (at === undefined) {
    const needsEol = text !== "" && !text.endsWith("\n") && text !== "\ufeff";
    edited = `${text}${needsEol ? eol : ""}users:${eol}${row}${eol}`;
  } else {
    // The lines around it keep their ends; the new ones end as the first line does.
    edited = `${text.slice(0, at)}${eol}${row}${text.slice(at)}`;
  }
  return checked(edited, (names) => names.has(os_user), `add users.${os_user}`);
}

/** The end of the line after which a row goes; nothing where the text has no users yet. */
function insertionPoint(
  text: string,
  yaml: StrictYaml,
  users: YAMLMap | undefined,
): number | undefined {
  const root = yaml.document.contents;
  const pair = isMap(root) ? pairOf(root, "users") : undefined;
  if (pair === undefined) {
    if (root === null || (isNode(root) && yaml.value === null)) return undefined;
    // Nothing but users may stand in a roster, so this is an empty map such as `{}`.
    throw new Fault(
      "Cannot add a user: the roster is written in one line, must have users: on its own",
    );
  }
  const last = users?.items.at(-1);
  if (users === undefined || last === undefined) {
    if (users !== undefined || pair.value?.range?.[1] !== pair.value?.range?.[0]) {
      throw new Fault("Cannot add a user: users is written in one line, must be left empty");
    }
    return lineEnd(text, pair.key.range?.[1] ?? 0);
  }
  if (users.flow === true) {
    throw new Fault("Cannot add a user: users is written in one line, must have a row on each");
  }
  return lineEnd(text, contentEnd(last));
}

/** Where the last thing that is no comment ends: comments after a row are not the row's. */
function contentEnd(node: unknown): number {
  if (isPair(node)) return Math.max(contentEnd(node.key), contentEnd(node.value));
  if (isCollection(node) && node.flow !== true && node.items.length > 0) {
    return contentEnd(node.items.at(-1));
  }
  return isNode(node) ? node.range?.[1] ?? 0 : 0;
}

function indentOf(text: string, users: YAMLMap): number {
  const first = users.items[0]?.key;
  const start = isNode(first) ? first.range?.[0] ?? 0 : 0;
  return isNode(first) && users.flow !== true ? start - lineStart(text, start) : 2;
}

function usersOf(yaml: StrictYaml): YAMLMap | undefined {
  const root = yaml.document.contents;
  const value = isMap(root) ? pairOf(root, "users")?.value : undefined;
  return isMap(value) ? value : undefined;
}

function read(text: string): { readonly yaml: StrictYaml; readonly roster: Roster } {
  const parsed = parseRoster(text);
  if (parsed.isValid) return parsed;
  throw new Fault(rosterFaultText("the text", parsed.faults), { code: "config" });
}

/** The edited text, once it is sure that it says what it should. */
function checked(
  edited: string,
  isDone: (names: ReadonlySet<string>) => boolean,
  what: string,
): string {
  const parsed = parseRoster(edited);
  if (!parsed.isValid) {
    throw new Fault(`Cannot ${what}: ${rosterFaultText("that would result", parsed.faults)}`);
  }
  if (isDone(new Set(parsed.roster.users.map(({ os_user }) => os_user)))) return edited;
  throw new Fault(`Cannot ${what}: the row stands in a place that a line edit cannot reach`);
}

function lineStart(text: string, offset: number): number {
  const newline = text.lastIndexOf("\n", offset - 1);
  return newline < 0 && text.startsWith("\ufeff") ? 1 : newline + 1;
}

/** Where the line ends, before its newline. */
function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  if (newline < 0) return text.length;
  return text[newline - 1] === "\r" ? newline - 1 : newline;
}

function eolOf(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n";
}

/** Quoted where YAML would take it for something else than text. */
function scalar(text: string): string {
  return /^(?:[\d.+-]|true$|false$|null$|[0-9.]+e)/i.test(text) ? JSON.stringify(text) : text;
}

function oneLine(note: string): string {
  return note.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
}
