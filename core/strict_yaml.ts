/**
 * YAML 1.2 without the parts that surprise, with the place of everything in it.
 *
 * For files a person writes and a program acts on. Refused, each with its line and column: a key
 * given twice (last-wins hides an escalation), anchors, aliases and merge keys (a few lines can
 * expand to gigabytes), tags, directives (`%YAML 1.1` turns `no` into a boolean), a second document,
 * keys that are no text, and control or direction characters anywhere, comments included, since a
 * reviewer's terminal would show something else than what is read. JSON is a part of this language.
 *
 * No sentence repeats a value, an anchor or a tag: it may be a secret in the wrong place.
 *
 * @module
 */
import type { Document, Node, Pair, YAMLMap } from "yaml";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { TextFault } from "./text_fault.ts";

/** A text that was read, with what is wrong in it. */
export interface StrictYaml {
  /** Plain objects, lists and scalars; `null` where the text is empty. */
  readonly value: unknown;
  /** What is wrong, in the order it was found. */
  readonly faults: readonly TextFault[];
  /** The syntax tree, with the place of every node. */
  readonly document: Document.Parsed;
  /** Makes a fault at a path: at the value there, its key, or the nearest place that exists. */
  fault(path: readonly string[], message: string, at?: FaultPlace, suggestion?: string): TextFault;
}

/** Which end of `key: value` a fault is at. */
export type FaultPlace = "key" | "value";

/** C0 without tab and newlines, DEL, C1, line separators, direction overrides, a BOM inside. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]|\r(?!\n)/g;
const LONE_SURROGATE = /\p{Cs}/gu;

/** Names the syntax faults that have a better sentence than the parser's. */
const SYNTAX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "is indented by a tab, must be spaces",
  // An error, such as "!!" alone; the ones that are warnings are found in the tree.
  TAG_RESOLVE_FAILED: "has a tag, must have none",
  MULTIPLE_DOCS: "holds a second document, must be one",
  RESOURCE_EXHAUSTION: "is nested too deeply",
  BLOCK_AS_IMPLICIT_KEY: 'has ": " inside a value, must be in quotes or on a line of its own',
};

/**
 * Reads a text.
 *
 * @param text The file's whole content; a byte order mark at its start is fine.
 * @returns The value with every fault found; use the value only where there is none.
 */
export function readStrictYaml(text: string): StrictYaml {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    // The parser's own check is quadratic; ours names the first place too.
    uniqueKeys: false,
    schema: "core",
    merge: false,
  });
  const faults: TextFault[] = [];
  const add = (path: readonly string[], message: string, offset: number) => {
    const { line, col } = counter.linePos(offset);
    faults.push({ path, message, line: Math.max(1, line), column: Math.max(1, col) });
  };
  for (const pattern of [HIDDEN, LONE_SURROGATE]) {
    for (const { 0: character, index } of text.matchAll(pattern)) {
      if (index === 0 && character === "\ufeff") continue;
      const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      add([], `holds the character U+${code}, must be plain text`, index);
    }
  }
  const seenLines = new Set<number>();
  const { errors, warnings } = document;
  // Where the text can be read all the same, tags are found in the tree, where their key is known.
  const untagged = warnings.filter(({ code }) => code !== "TAG_RESOLVE_FAILED");
  for (const { code, message, pos } of [...errors, ...untagged]) {
    // One slip makes the parser stumble several times over.
    const { line } = counter.linePos(pos[0]);
    if (seenLines.has(line) || seenLines.size >= 20) continue;
    seenLines.add(line);
    // Where the stack ends differs from run to run; the sentence should not.
    const offset = code === "RESOURCE_EXHAUSTION" ? 0 : pos[0];
    add([], SYNTAX[code] ?? `is not YAML: ${sentence(message)}`, offset);
  }
  const { yaml, tags } = document.directives;
  if (yaml.explicit || Object.keys(tags).some((handle) => handle !== "!!")) {
    const directive = /^%\S*/m.exec(text);
    const message = `holds the directive "${directive?.[0]}", must be YAML 1.2 without any`;
    add([], message, directive?.index ?? 0);
  }
  const value = document.errors.length > 0
    ? null
    : plain(document.contents, [], (path, message, offset) =>
      add(path, message, offset), (at) =>
      counter.linePos(at).line);
  return {
    value,
    faults,
    document,
    fault(path, message, at = "value", suggestion) {
      const { line, col } = counter.linePos(offsetOf(document.contents, path, at));
      const place = { path, message, line: Math.max(1, line), column: Math.max(1, col) };
      return suggestion === undefined ? place : { ...place, suggestion };
    },
  };
}

type Report = (path: readonly string[], message: string, offset: number) => void;

function plain(
  node: unknown,
  path: readonly string[],
  report: Report,
  lineOf: (offset: number) => number,
): unknown {
  if (node === null || node === undefined) return null;
  const start = startOf(node as Node);
  if (isAlias(node)) return void report(path, "is an alias, must be written out", start);
  const { anchor, tag } = node as { anchor?: string; tag?: string };
  if (anchor !== undefined) report(path, "has an anchor, must have none", start);
  if (tag !== undefined) report(path, "has a tag, must have none", start);
  if (isScalar(node)) {
    return typeof node.value === "bigint" ? Number(node.value) : node.value;
  }
  if (isSeq(node)) {
    return node.items.map((item, at) => plain(item, [...path, String(at)], report, lineOf));
  }
  if (!isMap(node)) return null;
  const entries = new Map<string, unknown>();
  const firstLines = new Map<string, number>();
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const name = keyOf(pair);
    const offset = startOf(pair.key);
    if (name === undefined) {
      const shown = isScalar(pair.key) ? pair.key.source ?? "null" : "a collection";
      report(path, `has the key ${shown}, must be a name, in quotes where it is no text`, offset);
      continue;
    }
    const here = [...path, name];
    if (pair.key.anchor !== undefined) report(here, "has an anchor, must have none", offset);
    if (pair.key.tag !== undefined) report(here, "has a tag, must have none", offset);
    if (name === "<<") report(here, "is a merge key, must be written out", offset);
    else if (name === "__proto__") report(here, "is reserved, must be another name", offset);
    const first = firstLines.get(name);
    if (first !== undefined) {
      report(here, `is given twice, must be given once (first on line ${first})`, offset);
    } else firstLines.set(name, lineOf(offset));
    const value = plain(pair.value, here, report, lineOf);
    if (!entries.has(name)) entries.set(name, value);
  }
  return Object.fromEntries(entries);
}

/** Where a path is in the text, as exactly as the text has it. */
function offsetOf(root: unknown, path: readonly string[], at: FaultPlace): number {
  let node = root;
  let offset = startOf(root as Node);
  for (const [depth, step] of path.entries()) {
    if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return offset;
      offset = startOf(node as Node);
      continue;
    }
    const pair = isMap(node) ? pairOf(node, step) : undefined;
    if (pair === undefined) return offset;
    const isLast = depth === path.length - 1;
    const isMissingBelow = !isLast && isMap(pair.value) &&
      pairOf(pair.value, path[depth + 1] ?? "") === undefined;
    const hasValue = pair.value !== null && (pair.value.range?.[1] ?? 0) > startOf(pair.value);
    // A key that is missing is best looked for at the key it belongs below.
    const isAtKey = !hasValue || isMissingBelow || (isLast && at === "key");
    offset = startOf(isAtKey ? pair.key : pair.value);
    if (isMissingBelow) return offset;
    node = pair.value;
  }
  return offset;
}

/** The entry of a map with a key; the first where the key is given twice. */
export function pairOf(map: YAMLMap, name: string): Pair<Node, Node | null> | undefined {
  return (map.items as Pair<Node, Node | null>[]).find((pair) => keyOf(pair) === name);
}

function keyOf({ key }: Pair<Node, Node | null>): string | undefined {
  return isScalar(key) && typeof key.value === "string" ? key.value : undefined;
}

/** The parser's message as part of a sentence, without the piece of the text that some end with. */
function sentence(message: string): string {
  const own = message.replace(/(token|characters|stream|document): .*$/s, "$1");
  return own.charAt(0).toLowerCase() + own.slice(1).replace(/(["'])quote/, "$1 quote");
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
