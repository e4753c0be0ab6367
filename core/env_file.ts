/**
 * Files of `KEY=value` lines as systemd reads them (`EnvironmentFile=`), edited byte by byte.
 *
 * A user's env file has lines of ours and lines of others. Setting a key changes the line that
 * counts and no other byte; values are quoted where they must be. The states are those of systemd's
 * own parser (src/basic/env-file.c, systemd 252): quotes and backslashes may span lines, and a key
 * inside them is none.
 *
 * @module
 */

/** An assignment in a file. */
interface Assignment {
  readonly key: string;
  readonly value: string;
  /** Where its line begins and where it ends, without the newline. */
  readonly start: number;
  readonly end: number;
}

interface Scan {
  readonly assignments: readonly Assignment[];
  /** What would become of a line appended to the text. */
  readonly atEnd: "new line" | "same line" | "escaped" | "quoted";
}

/** Keys to set, and those to remove: `undefined`. */
export type EnvChanges = Readonly<Record<string, string | undefined>>;

/** The edited file, or why it cannot be edited. */
export type EnvEdit =
  | { readonly isValid: true; readonly bytes: Uint8Array }
  | { readonly isValid: false; readonly reason: string };

const KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Sets and removes keys.
 *
 * @param bytes The file as it is; empty where there is none.
 * @param changes What to set. Keys are variable names; values hold no control character.
 * @throws {TypeError} When a key or a value cannot stand in such a file.
 */
export function editEnvFile(bytes: Uint8Array, changes: EnvChanges): EnvEdit {
  let text = fromBytes(bytes);
  for (const [key, value] of Object.entries(changes)) {
    if (!KEY.test(key)) throw new TypeError(`Cannot set "${key}": it is no variable name`);
    const { assignments, atEnd } = scan(text);
    const own = assignments.filter((assignment) => assignment.key === key);
    const last = own.at(-1);
    if (value === undefined) {
      for (const { start, end } of own.toReversed()) {
        text = text.slice(0, start) + text.slice(text[end] === "\n" ? end + 1 : end);
      }
      continue;
    }
    if (last?.value === fromBytes(new TextEncoder().encode(value))) continue;
    const line = `${key}=${quoted(value)}`;
    if (last !== undefined) {
      text = text.slice(0, last.start) + line + text.slice(last.end);
      continue;
    }
    if (atEnd === "quoted") {
      return { isValid: false, reason: "has a quote that is not closed, must be closed" };
    }
    // After a backslash one newline is eaten.
    const gap = { "new line": "", "same line": "\n", "escaped": "\n\n" }[atEnd];
    text = `${text}${gap}${line}\n`;
  }
  return { isValid: true, bytes: toBytes(text) };
}

/**
 * The value of a key as a unit would get it: that of its last line.
 *
 * @returns `undefined` where the key is not set.
 */
export function envValue(bytes: Uint8Array, key: string): string | undefined {
  const value = scan(fromBytes(bytes)).assignments.findLast((one) => one.key === key)?.value;
  return value === undefined
    ? undefined
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(toBytes(value));
}

// One character a byte, so that bytes that are no UTF-8 stay as they are.
function fromBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function quoted(value: string): string {
  // deno-lint-ignore no-control-regex -- they are what is refused
  if (/[\0-\x1f\x7f]/.test(value)) {
    throw new TypeError("Cannot set a value that holds a control character");
  }
  const plain = fromBytes(new TextEncoder().encode(value));
  return /^[A-Za-z0-9_.,:/@%+-]*$/.test(plain)
    ? plain
    : `"${plain.replaceAll(/["\\`$]/g, "\\$&")}"`;
}

type State =
  | "before key"
  | "key"
  | "before value"
  | "value"
  | "value escape"
  | "single quoted"
  | "double quoted"
  | "double quoted escape"
  | "comment"
  | "comment escape";

function scan(text: string): Scan {
  const assignments: Assignment[] = [];
  let state: State = "before key";
  let [key, value, start, trailing] = ["", "", 0, 0];
  const finish = (end: number) => {
    const name = key.trim();
    const kept = value.slice(0, value.length - trailing);
    if (KEY.test(name)) assignments.push({ key: name, value: kept, start, end });
  };
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? "";
    const isBlank = c === " " || c === "\t" || c === "\r";
    switch (state) {
      case "before key":
        if (c === "#" || c === ";") state = "comment";
        else if (!isBlank && c !== "\n") [state, key, value, trailing] = ["key", c, "", 0];
        if (state !== "comment" && state !== "key") start = at + 1;
        break;
      case "key":
        if (c === "\n") [state, start] = ["before key", at + 1];
        else if (c === "=") state = "before value";
        else key += c;
        break;
      case "before value":
      case "value":
        if (c === "\n") {
          finish(at);
          [state, start] = ["before key", at + 1];
        } else if (state === "before value" && c === "'") state = "single quoted";
        else if (state === "before value" && c === '"') state = "double quoted";
        else if (c === "\\") state = "value escape";
        else if (state === "value" || !isBlank) {
          [state, value, trailing] = ["value", value + c, isBlank ? trailing + 1 : 0];
        }
        break;
      case "value escape":
        [state, trailing] = ["value", 0];
        if (c !== "\n") value += c;
        break;
      case "single quoted":
        if (c === "'") state = "before value";
        else value += c;
        break;
      case "double quoted":
        if (c === '"') state = "before value";
        else if (c === "\\") state = "double quoted escape";
        else value += c;
        break;
      case "double quoted escape":
        state = "double quoted";
        if (/["\\`$]/.test(c)) value += c;
        else if (c !== "\n") value += `\\${c}`;
        break;
      case "comment":
        if (c === "\\") state = "comment escape";
        else if (c === "\n") [state, start] = ["before key", at + 1];
        break;
      case "comment escape":
        state = "comment";
        break;
    }
  }
  if (state !== "before key" && state !== "key" && !state.startsWith("comment")) {
    finish(text.length);
  }
  const atEnd = state === "before key"
    ? start === text.length ? "new line" : "same line"
    : state.includes("quoted")
    ? "quoted"
    : state.endsWith("escape")
    ? "escaped"
    : "same line";
  return { assignments, atEnd };
}
