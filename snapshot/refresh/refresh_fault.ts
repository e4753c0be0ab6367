/**
 * Why a refresh did not succeed: a closed set, each with an exit code of its own, so that a
 * timer's owner can tell an expired token from a full disk.
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";

/** What went wrong. */
export type RefreshReason =
  | "token"
  | "unauthorized"
  | "not_yet"
  | "server"
  | "tls"
  | "unreachable"
  | "invalid"
  | "write";

/** The exit code of each reason. */
export const REFRESH_EXIT_CODES: Readonly<Record<RefreshReason, number>> = {
  token: 10,
  unauthorized: 11,
  not_yet: 12,
  server: 13,
  tls: 14,
  unreachable: 15,
  invalid: 16,
  write: 17,
};

/** A refresh that failed; the local file is what it was. */
export class RefreshFault extends Fault {
  /** What went wrong. */
  readonly reason: RefreshReason;

  /**
   * Describes the failure.
   *
   * @param reason What went wrong.
   * @param message What failed, why, and what to do.
   * @param options The error underneath.
   */
  constructor(reason: RefreshReason, message: string, options: { cause?: unknown } = {}) {
    super(message, { exitCode: REFRESH_EXIT_CODES[reason], cause: options.cause });
    this.name = "RefreshFault";
    this.reason = reason;
  }
}
