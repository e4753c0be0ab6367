/**
 * Reads an access file: either rules that hold together, or every fault at once.
 *
 * Nothing in it may be guessed at. A key written twice, a value of another type, a token in place
 * of its digest or a control character makes the whole file invalid, and the message says where,
 * without repeating what may be a token.
 *
 * @module
 */
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { AccessRules } from "./access_rules.ts";
import { crossFaults } from "./access_conflicts.ts";
import {
  ACCESS_FILE_SCHEMA,
  SUBJECT_KEYS,
  SUBJECT_NAME,
  SUBJECT_NAME_RULE,
} from "./access_schema.ts";
import { nearestWord } from "../../core/nearest_word.ts";

/** A larger file is no access file. */
export const MAX_ACCESS_FILE_BYTES: number = 1024 * 1024;

/** One thing that is wrong with an access file. */
export interface AccessFault {
  /** Where in the data, such as `subjects.alice.sites.0`. */
  readonly path: string;
  /** What is there and what must be. */
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** A text that is no access file; its message names every fault on one line. */
export class AccessFileError extends SyntaxError {
  /** Every fault, in the order of the file. */
  readonly faults: readonly AccessFault[];

  /**
   * Says what is wrong.
   *
   * @param faults Not empty.
   */
  constructor(faults: readonly AccessFault[]) {
    super(faults.map(faultText).join("; "));
    this.name = "AccessFileError";
    this.faults = faults;
  }
}

/**
 * Parses and checks an access file.
 *
 * @param text YAML 1.2.
 * @throws {AccessFileError} Naming every fault with line and column.
 */
export function parseAccessFile(text: string): AccessRules {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults: AccessFault[] = [];
  const fault = (offset: number, path: readonly PropertyKey[], message: string) => {
    const { line, col } = lines.linePos(offset);
    faults.push({ path: path.join("."), message, line: Math.max(1, line), column: col });
  };

  function offsetOf(path: readonly PropertyKey[]): number {
    for (let depth = path.length; depth > 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true) as { range?: number[] } | undefined;
      if (node?.range?.[0] !== undefined) return node.range[0];
    }
    return document.contents?.range?.[0] ?? 0;
  }

  for (const { index } of text.matchAll(CONTROL)) {
    fault(index, [], "a control character must not stand in the file");
  }
  for (const error of [...document.errors, ...document.warnings]) {
    fault(error.pos[0], [], yamlSentence(error.code, error.message));
  }
  // After anything but a doubled key the tree is a guess, and faults in it would be guesses too.
  if (document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) throw inOrder(faults);
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 0 });
  } catch {
    fault(0, [], "an alias (*name) must not stand in the file: write the value where it is meant");
    throw inOrder(faults);
  }
  const result = ACCESS_FILE_SCHEMA.safeParse(data ?? {}, { reportInput: true });
  for (const issue of result.error?.issues ?? []) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        const path = [...issue.path, key];
        fault(offsetOfKey(issue.path, key), path, unknownKeySentence(issue.path, key));
      }
      continue;
    }
    fault(offsetOf(issue.path), issue.path, issueSentence(issue));
  }
  for (const { key, offset } of subjectKeys()) {
    // The data cannot be asked: a name such as "__proto__" never gets into it.
    if (!SUBJECT_NAME.test(key)) fault(offset, ["subjects", key], SUBJECT_NAME_RULE);
  }
  for (const { path, message } of crossFaults(data)) fault(offsetOf(path), path, message);
  if (faults.length > 0 || !result.success) throw inOrder(faults);
  return result.data;

  function subjectKeys(): readonly { key: string; offset: number }[] {
    const subjects = document.get("subjects", true);
    if (!isMap(subjects)) return [];
    return subjects.items.map(({ key }) => ({
      key: isScalar(key) ? String(key.value) : "",
      offset: (key as { range?: number[] } | null)?.range?.[0] ?? 0,
    }));
  }

  function offsetOfKey(path: readonly PropertyKey[], key: string): number {
    const map = path.length === 0 ? document.contents : document.getIn(path, true);
    if (isMap(map)) {
      for (const { key: node } of map.items) {
        if (isScalar(node) && String(node.value) === key) return node.range?.[0] ?? 0;
      }
    }
    return offsetOf(path);
  }
}

// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function inOrder(faults: readonly AccessFault[]): AccessFileError {
  return new AccessFileError(
    faults.toSorted((a, b) => a.line - b.line || a.column - b.column),
  );
}

function faultText({ path, message, line, column }: AccessFault): string {
  return `${path === "" ? "" : `${path} `}${message} (line ${line}, column ${column})`;
}

function yamlSentence(code: string, message: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "a key must not stand twice in the same place";
    case "MULTIPLE_DOCS":
      return "must be one YAML document";
    case "TAB_AS_INDENT":
      return "must be indented with blanks, not tabs";
    default:
      // The parser's own sentences quote at most a mark or a tag, never a value.
      return `is not YAML: ${message.split("\n")[0]?.slice(0, 120)}`;
  }
}

function unknownKeySentence(path: readonly PropertyKey[], key: string): string {
  const known = path.length === 0 ? ["subjects"] : SUBJECT_KEYS;
  const near = nearestWord(key, known);
  return near === undefined
    ? `is not a known key, must be one of ${known.join(", ")}`
    : `is not a known key, did you mean "${near}"?`;
}

function issueSentence(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type") return issue.message;
  // A sentence of our own, or the library's, which knows other names for YAML's things.
  if (!issue.message.startsWith("Invalid input")) return issue.message;
  const wanted = WANTED[issue.expected] ?? issue.expected;
  return `${(issue.input ?? undefined) === undefined ? "is missing, " : ""}must be ${wanted}`;
}

const WANTED: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping of names to subjects",
  array: "a list",
  boolean: "true or false",
};
