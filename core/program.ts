/**
 * The frame of every root program: log, signals, faults and exit code.
 *
 * SIGTERM, SIGINT and SIGHUP ask the program to stop; a second one ends it at once. SIGUSR1 is
 * never used, since Deno opens its inspector on it.
 *
 * @module
 */
import { z } from "zod";
import { choiceVariable, type EnvReader, readEnv } from "./env.ts";
import { errorText } from "./error_text.ts";
import { Fault } from "./fault.ts";
import { createLogger, LOG_LEVELS, type Logger } from "./log.ts";

/** What a program is given. */
export interface ProgramContext {
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its environment; read once, through `readEnv`. */
  readonly env: EnvReader;
  /** Its log, on standard error. */
  readonly log: Logger;
  /** Aborted when it should stop. */
  readonly signal: AbortSignal;
  /** Writes to standard output: results, not events. */
  readonly print: (text: string) => void;
}

/** The variables every program reads. */
export const LOG_ENV: z.ZodObject<{
  LOG_LEVEL: z.ZodType<"debug" | "info" | "warn" | "error">;
  LOG_FORMAT: z.ZodType<"auto" | "json" | "text">;
}> = z.object({
  LOG_LEVEL: choiceVariable(LOG_LEVELS, "info", "least important record to write"),
  LOG_FORMAT: choiceVariable(
    ["auto", "json", "text"],
    "auto",
    "json lines or text; auto: text on a terminal",
  ),
});

/** How a program handles SIGHUP. */
export interface ProgramOptions {
  /** Called on SIGHUP instead of stopping. */
  onReload?: () => void;
}

/**
 * Runs a program and ends the process with its exit code.
 *
 * @param name The program's name, for its log.
 * @param main Its work; the number it resolves to is the exit code, none is 0.
 * @param options What else it handles.
 */
export async function runProgram(
  name: string,
  main: (context: ProgramContext) => Promise<number | void>,
  options: ProgramOptions = {},
): Promise<never> {
  const stopping = new AbortController();
  let isDebug = false;
  const exit = (code: number): never => Deno.exit(code);
  for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const) {
    Deno.addSignalListener(signal, () => {
      if (signal === "SIGHUP" && options.onReload !== undefined) options.onReload();
      else if (stopping.signal.aborted) exit(code);
      else stopping.abort();
    });
  }
  try {
    const { LOG_LEVEL, LOG_FORMAT } = readEnv(LOG_ENV, Deno.env);
    isDebug = LOG_LEVEL === "debug";
    const isTerminal = Deno.stderr.isTerminal();
    const log = createLogger({
      component: name,
      level: LOG_LEVEL,
      format: LOG_FORMAT === "auto" ? (isTerminal ? "text" : "json") : LOG_FORMAT,
      isColoured: isTerminal && !Deno.noColor,
      write: (line) => tell(`${line}\n`),
    });
    return exit(
      await main({
        args: Deno.args,
        env: Deno.env,
        log,
        signal: stopping.signal,
        print: (text) => writeAll(Deno.stdout, text),
      }) ?? 0,
    );
  } catch (error) {
    if (error instanceof Fault) {
      tell(`${name}: ${errorText(error)}\n`);
      if (isDebug) tell(`${error.stack}\n`);
      return exit(error.exitCode);
    }
    const detail = isDebug && error instanceof Error ? error.stack : errorText(error);
    tell(`${name}: unexpected failure: ${detail}\n`);
    return exit(1);
  }
}

/** Writes to standard error. */
function tell(text: string): void {
  try {
    writeAll(Deno.stderr, text);
  } catch {
    // A log whose disk is full or whose terminal is gone must not end what it tells of.
  }
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch (error) {
    // Whoever read the output is gone, and there is no other place to say so.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
