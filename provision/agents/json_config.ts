/**
 * Agents' configurations that are JSON, each as strictly as its agent reads it.
 *
 * @module
 */
import jsonc, { type ParseError } from "jsonc-parser";
import { ENTRY_NAME, type McpEntry, type ParsedConfig } from "./agent_config.ts";

/** How an agent reads and writes its file. */
export interface JsonDialect {
  /** The key of the map of servers. */
  readonly serversKey: string;
  /** Whether `//` and `/* *\/` are let through. */
  readonly hasComments: boolean;
  /** Whether a comma may stand before a closing bracket. */
  readonly hasTrailingCommas: boolean;
  /** Our entry. */
  readonly entryOf: (url: string) => Readonly<Record<string, unknown>>;
  /** The address of an entry that calls one over HTTP. */
  readonly urlOf: (entry: Readonly<Record<string, unknown>>) => unknown;
}

/** What an entry of ours may hold, in any agent and version. */
const PLAIN_KEYS = new Set(["type", "url", "httpUrl", "enabled"]);

/**
 * Reads our entry out of a file. An empty file has none.
 *
 * @param text The file, whatever a user made of it.
 */
export function parseJsonConfig(text: string, dialect: JsonDialect): ParsedConfig {
  if (text.trim() === "") return { isValid: true, entry: undefined };
  const parsed = parse(text, dialect);
  if (!parsed.isValid) return parsed;
  const { root } = parsed;
  if (!isMap(root)) return { isValid: false, reason: "is no JSON object" };
  const servers = Object.hasOwn(root, dialect.serversKey) ? root[dialect.serversKey] : {};
  if (!isMap(servers)) {
    return { isValid: false, reason: `has "${dialect.serversKey}" that is no object` };
  }
  if (!Object.hasOwn(servers, ENTRY_NAME)) return { isValid: true, entry: undefined };
  return { isValid: true, entry: mcpEntry(servers[ENTRY_NAME], dialect.urlOf) };
}

/** What an entry says; one that is no map is foreign. */
export function mcpEntry(entry: unknown, urlOf: JsonDialect["urlOf"]): McpEntry {
  if (!isMap(entry)) return { url: undefined, isPlain: false };
  const url = urlOf(entry);
  const isPlain = Object.keys(entry).every((key) => PLAIN_KEYS.has(key));
  return { url: typeof url === "string" ? url : undefined, isPlain };
}

/** A file that has our entry and nothing else. */
export function jsonFileWith(url: string, { serversKey, entryOf }: JsonDialect): string {
  return `${JSON.stringify({ [serversKey]: { [ENTRY_NAME]: entryOf(url) } }, null, 2)}\n`;
}

/** Whether a value is a map of names to values. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Parsed =
  | { readonly isValid: true; readonly root: unknown }
  | { readonly isValid: false; readonly reason: string };

/**
 * No configuration that people type is longer, and parsers written in JavaScript make objects of 40
 * to 80 times its size of a hostile one.
 */
export const MAX_TYPED_LENGTH: number = 1024 * 1024;

/** No configuration is nested deeper; parsers that call themselves run out of stack at thousands. */
const MOST_NESTED = 200;

/** The parser's `SyntaxKind`, a constant enumeration that TypeScript alone can see. */
const Token = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 } as const;

function parse(text: string, dialect: JsonDialect): Parsed {
  if (dialect.hasComments) return parseJsonc(text, dialect);
  try {
    return { isValid: true, root: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // V8 quotes what is there, which may be secret: the other parser says where it is.
    const located = text.length > MAX_TYPED_LENGTH ? undefined : parseJsonc(text, dialect);
    return located?.isValid === false ? located : { isValid: false, reason: "is no JSON" };
  }
}

function parseJsonc(text: string, dialect: JsonDialect): Parsed {
  if (text.length > MAX_TYPED_LENGTH) return { isValid: false, reason: "is too large" };
  if (isTooDeep(text)) return { isValid: false, reason: "is nested too deeply" };
  const errors: ParseError[] = [];
  const root: unknown = jsonc.parse(text, errors, {
    disallowComments: !dialect.hasComments,
    allowTrailingComma: dialect.hasTrailingCommas,
  });
  const [first] = errors;
  if (first === undefined) return { isValid: true, root };
  // Only where it went wrong: what is there may be secret.
  const line = text.slice(0, first.offset).split("\n").length;
  return { isValid: false, reason: `is no JSON (line ${line})` };
}

function isTooDeep(text: string): boolean {
  const scanner = jsonc.createScanner(text, true);
  let depth = 0;
  for (let kind = scanner.scan(); kind !== Token.end; kind = scanner.scan()) {
    if (kind === Token.openBrace || kind === Token.openBracket) depth++;
    if (kind === Token.closeBrace || kind === Token.closeBracket) depth--;
    if (depth > MOST_NESTED) return true;
  }
  return false;
}
