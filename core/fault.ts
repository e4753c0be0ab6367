/**
 * An expected failure that reaches the person as one sentence, with the exit code it ends in.
 *
 * @module
 */

/**
 * Why a program could not do its work. A closed set:
 * - `usage`: the command line is wrong (exit 2);
 * - `config`: an environment variable or a file the admin wrote is wrong (exit 2);
 * - `failed`: the work was understood and did not succeed (exit 1).
 */
export type FaultCode = "usage" | "config" | "failed";

const EXIT_CODES: Readonly<Record<FaultCode, number>> = { usage: 2, config: 2, failed: 1 };

/** Options of a {@linkcode Fault}. */
export interface FaultOptions {
  /** What kind of failure this is. @default {"failed"} */
  code?: FaultCode;
  /** The exit code, where a program's contract names its own. @default {the code's own} */
  exitCode?: number;
  /** The error underneath, shown at `LOG_LEVEL=debug`. */
  cause?: unknown;
}

/** An expected failure: its message is meant for a person and needs no stack. */
export class Fault extends Error {
  /** What kind of failure this is. */
  readonly code: FaultCode;
  /** The exit code a program ends with when this reaches the top. */
  readonly exitCode: number;

  /**
   * Describes the failure.
   *
   * @param message What failed, with current and desired state, without a full stop.
   * @param options Kind, exit code and cause.
   */
  constructor(message: string, options: FaultOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "Fault";
    this.code = options.code ?? "failed";
    this.exitCode = options.exitCode ?? EXIT_CODES[this.code];
  }
}
