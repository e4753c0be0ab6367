/**
 * Reads an access file: either rules that hold together, or every fault at once.
 *
 * Nothing in it may be guessed at: whatever the strict YAML refuses, a value of another type or a
 * token in place of its digest makes the whole file invalid, and the message says where, without
 * repeating what may be a token.
 *
 * @module
 */
import { readStrictYaml, type StrictYaml } from "../../core/strict_yaml.ts";
import { faultText, type TextFault } from "../../core/text_fault.ts";
import { checkShape } from "../../core/yaml_shape.ts";
import { crossFaults } from "./access_conflicts.ts";
import type { AccessRules } from "./access_rules.ts";
import {
  ACCESS_FILE_SHAPE,
  accessRules,
  SUBJECT_NAME,
  SUBJECT_NAME_RULE,
} from "./access_schema.ts";

/** A larger file is no access file. */
export const MAX_ACCESS_FILE_BYTES: number = 1024 * 1024;

/** A text that is no access file; its message names every fault on one line. */
export class AccessFileError extends SyntaxError {
  /** Every fault, in the order of the file. */
  readonly faults: readonly TextFault[];

  /**
   * Says what is wrong.
   *
   * @param faults Not empty.
   */
  constructor(faults: readonly TextFault[]) {
    super(faults.map(faultText).join("; "));
    this.name = "AccessFileError";
    this.faults = faults;
  }
}

/**
 * Parses and checks an access file.
 *
 * @param text YAML 1.2 without anchors, tags and other surprises.
 * @throws {AccessFileError} Naming every fault with line and column.
 */
export function parseAccessFile(text: string): AccessRules {
  const yaml = readStrictYaml(text);
  // Below a fault of syntax every other fault would be a guess.
  if (yaml.document.errors.length > 0) throw inOrder(yaml.faults);
  // An empty file is one whose subjects are missing.
  const data = yaml.value ?? {};
  const result = checkShape(yaml, [], data, ACCESS_FILE_SHAPE, mayShow);
  const found = [
    ...(result.isValid ? [] : result.faults),
    ...nameFaults(yaml, data),
    ...crossFaults(data).map(({ path, message }) => yaml.fault(path, message)),
  ];
  // What an alias or a tag stands for is a guess as well.
  const places = new Set(yaml.faults.map(placeOf));
  const faults = [...yaml.faults, ...found.filter((fault) => !places.has(placeOf(fault)))];
  if (faults.length > 0 || !result.isValid) throw inOrder(faults);
  return accessRules(result.value);
}

/** A token may have been put anywhere but where only sites, dates and flags are expected. */
function mayShow(path: readonly string[]): boolean {
  return path.length > 2 && path[2] !== "tokens";
}

function nameFaults(yaml: StrictYaml, data: unknown): readonly TextFault[] {
  const { subjects } = data as { subjects?: unknown };
  if (typeof subjects !== "object" || subjects === null || Array.isArray(subjects)) return [];
  return Object.keys(subjects).filter((name) => !SUBJECT_NAME.test(name))
    .map((name) => yaml.fault(["subjects", name], SUBJECT_NAME_RULE, "key"));
}

function placeOf({ line, column }: TextFault): string {
  return `${line}:${column}`;
}

function inOrder(faults: readonly TextFault[]): AccessFileError {
  return new AccessFileError(
    faults.toSorted((a, b) => a.line - b.line || a.column - b.column),
  );
}
