/**
 * Proves that a snapshot can be used: seeds it into a browser and says what arrived.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Fault } from "../../core/fault.ts";
import { startChild } from "../../core/process.ts";
import { parseReport, type VerifyReport } from "./verify_report.ts";

/** What to verify and with what. */
export interface VerifyOptions {
  /** The snapshot. */
  file: string;
  /** This Deno. */
  deno: string;
  /** Aborted when it should be given up. */
  signal: AbortSignal;
}

/**
 * Verifies a snapshot in a process of its own, which ends with this one.
 *
 * @throws {Fault} When the file cannot be read, is no snapshot, or no browser starts; with exit code
 *   130 when it was given up.
 */
export async function verifySnapshot(options: VerifyOptions): Promise<VerifyReport> {
  const { file, deno, signal } = options;
  const lines: string[] = [];
  const scratch = await Deno.makeTempDir({ prefix: "hearth-verify-" });
  const child = startChild({
    command: deno,
    args: [
      "run",
      "-q",
      "--no-prompt",
      "--cached-only",
      "-A",
      SEEDING_PROCESS,
      file,
      `${scratch}/report.json`,
    ],
    onLine: (line) => lines.push(line),
  });
  const stop = () => void child.stop();
  signal.addEventListener("abort", stop);
  let answer: unknown;
  try {
    await child.ended;
    answer = parseJson(await Deno.readTextFile(`${scratch}/report.json`).catch(() => ""));
  } finally {
    signal.removeEventListener("abort", stop);
    await Deno.remove(scratch, { recursive: true });
  }
  const why = (reason: string) => new Fault(`Cannot verify "${file}": ${reason}`);
  if (signal.aborted) throw new Fault("Interrupted", { exitCode: 130 });
  const report = parseReport(answer);
  if (report !== undefined) return report;
  const { fault } = FAULT.safeParse(answer).data ?? {};
  throw why(fault ?? (lines.slice(-3).join("; ") || "it ended early"));
}

const FAULT = z.object({ fault: z.string() });

const SEEDING_PROCESS = fileURLToPath(new URL("./seeding_process.ts", import.meta.url));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whatever it is, it is no report; the caller shows it.
    return undefined;
  }
}
