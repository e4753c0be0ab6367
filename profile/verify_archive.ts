/**
 * Proves an archive: unpacks it into a scratch directory and opens it with a Chromium.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { Fault } from "../core/fault.ts";
import type { Logger } from "../core/log.ts";
import { openWithChromium } from "./open_with_chromium.ts";
import { type UnnamedArchive, unpackArchive } from "./unpack_archive.ts";

/** What to verify and with what. */
export interface VerifyOptions {
  /** The archive. */
  readonly path: string;
  /** Where to unpack it; what is made there is removed. */
  readonly scratchDir: string;
  /** The Chromium to open it with. */
  readonly chromium: string;
  /** A free port of 127.0.0.1 for it. */
  readonly port: number;
  /** A file with the age identity, for archives that are encrypted. */
  readonly identityFile?: string | undefined;
  /** What is known of an archive that has no name yet. */
  readonly unnamed?: UnnamedArchive;
  /** Time. */
  readonly clock: Clock;
  /** Log. */
  readonly log: Logger;
}

/** What was proved. */
export interface Verified {
  /** How many files it holds. */
  readonly files: number;
  /** How many cookies Chromium read from it. */
  readonly cookies: number;
}

/**
 * Verifies.
 *
 * @throws {Fault} When the archive cannot be unpacked, or Chromium does not know what is in it.
 */
export async function verifyArchive(options: VerifyOptions): Promise<Verified> {
  const { path, unnamed, scratchDir, log } = options;
  const scratch = await Deno.makeTempDir({ dir: scratchDir, prefix: "hearth-verify-" });
  try {
    const { files } = await unpackArchive({ ...options, to: scratch });
    const profileDir = `${scratch}/chromium-data`;
    try {
      const { cookies } = await openWithChromium({ ...options, profileDir });
      log.info(`verified ${unnamed?.name ?? path}`, { files, cookies });
      return { files, cookies };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new Fault(`Cannot verify "${path}": ${error.message}`, { cause: error });
    }
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}
