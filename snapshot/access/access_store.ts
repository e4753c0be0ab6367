/**
 * The access file in memory: read again when it changes, and never given up for a worse one.
 *
 * A file that is invalid, unreadable or gone leaves the rules that were read before in force and
 * shows as a warning; without such rules nobody is known by the file, which is an error.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { freshRun } from "../../core/fresh_run.ts";
import type { HealthRegistry } from "../../core/health.ts";
import type { Logger } from "../../core/log.ts";
import type { AccessRules } from "./access_rules.ts";
import { AccessFileError, MAX_ACCESS_FILE_BYTES, parseAccessFile } from "./parse_access_file.ts";

/** The rules of one file. */
export interface AccessStore {
  /** The rules in force, or `undefined` where there have never been any. */
  rules(): AccessRules | undefined;
  /**
   * Looks at the file; calls during a look share one more look.
   *
   * @throws {Deno.errors.NotCapable} When the program's permissions do not cover the path.
   */
  reload(): Promise<void>;
}

/** What the store reads and whom it tells. */
export interface AccessStoreOptions {
  /** The access file. */
  path: string;
  /** Where a fault of the file is reported. */
  health: HealthRegistry;
  /** The program's log. */
  log: Logger;
  /** Told when other rules are in force. */
  onChange?: () => void;
}

const STATE = "access_file_invalid";

/** Makes a store that has not looked yet. */
export function createAccessStore(options: AccessStoreOptions): AccessStore {
  const { path, health, log, onChange } = options;
  let rules: AccessRules | undefined;
  let identity: string | undefined;
  let trouble: string | undefined;

  async function look(): Promise<void> {
    try {
      await readFile();
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      refuse(error instanceof AccessFileError ? error.message : errorText(error));
    }
  }

  async function readFile(): Promise<void> {
    const info = await Deno.stat(path).catch((error) => {
      identity = undefined;
      throw error;
    });
    const found = [info.dev, info.ino, info.size, info.mtime?.getTime(), info.ctime?.getTime()]
      .join(":");
    if (found === identity) return;
    identity = found;
    if (!info.isFile) throw new TypeError("it is not a regular file");
    if (info.size > MAX_ACCESS_FILE_BYTES) {
      throw new RangeError(`it must have at most ${MAX_ACCESS_FILE_BYTES} bytes`);
    }
    adopt(parseAccessFile(decode(await Deno.readFile(path))));
  }

  function adopt(next: AccessRules): void {
    const isFirst = rules === undefined;
    rules = next;
    trouble = undefined;
    health.clear(STATE);
    log.info(isFirst ? "access file read" : "access file changed", {
      path,
      subjects: next.subjects.map(({ name }) => name),
    });
    onChange?.();
  }

  function refuse(reason: string): void {
    const rest = rules === undefined
      ? "nobody it names is let in"
      : "the rules read before stay in force";
    const text = `Cannot use access file "${path}": ${reason}; ${rest}`;
    health.raise(STATE, rules === undefined ? "error" : "warning", text);
    if (trouble !== text) log[rules === undefined ? "error" : "warn"](text, { state: STATE });
    trouble = text;
  }

  return { rules: () => rules, reload: freshRun(look) };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // The decoder's own error says nothing that its name does not.
    throw new SyntaxError("it is not UTF-8");
  }
}
