/**
 * Structured log: JSON lines for machines, aligned text for a terminal.
 *
 * A record is a static message plus fields, so that equal events group. It never prints a
 * {@linkcode Secret}; errors become one line, with their stack only at `debug`.
 *
 * @module
 */
import { errorText } from "./error_text.ts";

/** From the most to the least talkative. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** How much a record matters. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Facts that belong to a record. Values must survive `JSON.stringify`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes records of one component. */
export interface Logger {
  /** What only someone looking for a fault wants to see. */
  debug(msg: string, fields?: LogFields): void;
  /** What an operator wants to see. */
  info(msg: string, fields?: LogFields): void;
  /** What an operator should look at some day. */
  warn(msg: string, fields?: LogFields): void;
  /** What an operator must look at. */
  error(msg: string, fields?: LogFields): void;
  /** A logger whose records carry these fields too. */
  with(fields: LogFields): Logger;
}

/** How a logger writes. */
export interface LogOptions {
  /** The name of the program or part. */
  component: string;
  /** Records below this level are dropped. @default {"info"} */
  level?: LogLevel;
  /** JSON lines, or text for a person. @default {"json"} */
  format?: "json" | "text";
  /** Whether text may carry ANSI colours. @default {false} */
  isColoured?: boolean;
  /** Takes one finished line without its newline. */
  write: (line: string) => void;
  /** Milliseconds since the epoch. @default {Date.now} */
  now?: () => number;
}

const COLOURS: Readonly<Record<LogLevel, string>> = {
  debug: "\x1b[2m",
  info: "\x1b[32m",
  warn: "\x1b[33m",
  error: "\x1b[31m",
};

/**
 * Makes a logger.
 *
 * @param options Component, level, format and where lines go.
 */
export function createLogger(options: LogOptions): Logger {
  const { component, level = "info", format = "json", write, now = Date.now } = options;
  const threshold = LOG_LEVELS.indexOf(level);
  const isDebug = level === "debug";

  function make(base: LogFields): Logger {
    function emit(at: LogLevel, msg: string, fields: LogFields = {}): void {
      if (LOG_LEVELS.indexOf(at) < threshold) return;
      const all = plain({ ...base, ...fields }, isDebug);
      const ts = new Date(now()).toISOString();
      write(
        format === "json"
          ? JSON.stringify({ ts, level: at, component, msg, ...all })
          : textLine({ ts, at, component, msg, all, isColoured: options.isColoured ?? false }),
      );
    }
    return {
      debug: (msg, fields) => emit("debug", msg, fields),
      info: (msg, fields) => emit("info", msg, fields),
      warn: (msg, fields) => emit("warn", msg, fields),
      error: (msg, fields) => emit("error", msg, fields),
      with: (fields) => make({ ...base, ...fields }),
    };
  }
  return make({});
}

function plain(fields: LogFields, isDebug: boolean): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    out[key] = value instanceof Error ? errorText(value) : value;
    if (isDebug && value instanceof Error) out[`${key}Stack`] = value.stack;
  }
  return out;
}

interface TextParts {
  ts: string;
  at: LogLevel;
  component: string;
  msg: string;
  all: Record<string, unknown>;
  isColoured: boolean;
}

function textLine({ ts, at, component, msg, all, isColoured }: TextParts): string {
  const paint = (code: string, text: string) => isColoured ? `${code}${text}\x1b[0m` : text;
  const fields = Object.entries(all).map(([key, value]) => `${key}=${textValue(value)}`).join(" ");
  return [
    paint("\x1b[2m", ts.slice(11, 23)),
    paint(COLOURS[at], at.toUpperCase().padEnd(5)),
    `${component}:`,
    msg,
    fields === "" ? "" : paint("\x1b[2m", fields),
  ].filter((part) => part !== "").join(" ");
}

function textValue(value: unknown): string {
  const isBare = typeof value === "string" && !/[\s"=\p{Cc}]/u.test(value);
  const text = isBare ? value : JSON.stringify(value) ?? String(value);
  // What JSON leaves (DEL and the C1 set) would still move a terminal's cursor.
  return text.replaceAll(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
