/**
 * A run over a box: shown, or carried out under the lock, with its audit, report and metrics.
 *
 * @module
 */
import { systemClock } from "../core/clock.ts";
import { readEnv } from "../core/env.ts";
import { Fault } from "../core/fault.ts";
import { lockFile } from "../core/file_lock.ts";
import { startProgress } from "../core/progress.ts";
import type { ProgramContext } from "../core/program.ts";
import { openAuditLog } from "./audit_log.ts";
import { driveTheChange, driveThePlan, type ScopePlan } from "./drive.ts";
import { withMetrics } from "./metrics_text.ts";
import { type Box, openBox, STATE } from "./open_box.ts";
import {
  applyExitCode,
  type Counts,
  jsonReport,
  planExitCode,
  type RunReport,
  textReport,
} from "./report.ts";
import { PROVISION_ENV, type RunOptions } from "./run_options.ts";

/** What a run is about. */
export interface Run {
  /** The subcommand. */
  readonly name: string;
  /** What it was asked for. */
  readonly options: RunOptions;
  /** Its scopes, a stage at a time: the box is read again before each. */
  readonly stages: readonly ((box: Box, options: RunOptions) => readonly ScopePlan[])[];
  /** Where Hearth itself is, for `host`. */
  readonly root?: string;
}

/** Prints what a run would change, and touches nothing. Its number is the exit code. */
export async function showRun(context: ProgramContext, run: Run): Promise<number> {
  const box = await open(context, run);
  const report = makeReport(context, run, crypto.randomUUID());
  const scopes = run.stages.flatMap((stage) => stage(box, run.options));
  await driveThePlan(scopes, box.machine.host, box.records, report.report);
  return planExitCode(report.end(true));
}

/**
 * Carries a run out. Its number is the exit code.
 *
 * @throws {Fault} When the user is not root, or another run is at it.
 */
export async function changeBox(context: ProgramContext, run: Run): Promise<number> {
  const { env, log, signal } = context;
  if (Deno.uid() !== 0) {
    throw new Fault(`Cannot change this machine: the user is number ${Deno.uid()}, must be root`, {
      code: "usage",
    });
  }
  await Deno.mkdir(`${STATE}/applied`, { recursive: true, mode: 0o700 });
  using lock = await lockFile(`${STATE}/lock`, run.options.waitMs, systemClock, signal);
  if (lock === undefined) {
    throw new Fault(`Cannot change this machine: another run is at it (it holds "${STATE}/lock")`);
  }
  const { HEARTH_TEXTFILE } = readEnv(PROVISION_ENV, env);
  const paths = [
    `${STATE}/metrics.prom`,
    ...HEARTH_TEXTFILE === undefined ? [] : [HEARTH_TEXTFILE],
  ];
  const work = () => changeLocked(context, run);
  return (await withMetrics(paths, systemClock, work, (sentence) => log.warn(sentence))).exitCode;
}

async function changeLocked(
  context: ProgramContext,
  run: Run,
): Promise<{ exitCode: number; hasFailed: boolean; counts: Counts }> {
  // Facts and files are read under the lock: what another run did is seen.
  let box = await open(context, run);
  const id = crypto.randomUUID();
  using audit = await openAuditLog(`${STATE}/audit.jsonl`, id, systemClock.now);
  using progress = startProgress(undefined, systemClock);
  const print = (text: string) => {
    progress.clear();
    context.print(text);
  };
  const report = makeReport({ ...context, print }, run, id);
  let isWhole = true;
  for (const [at, stage] of run.stages.entries()) {
    if (!isWhole) break;
    // The stage before may have brought what reads a secret: Vault is asked by curl.
    if (at > 0) box = await open(context, run);
    isWhole = await driveTheChange(stage(box, run.options), box.machine, {
      records: box.records,
      report: report.report,
      audit(item, result) {
        progress.about(result === undefined ? item.summary : undefined);
        return audit.write(item, result);
      },
      signal: context.signal,
    });
  }
  const counts = report.end(isWhole);
  const exitCode = applyExitCode(counts, isWhole);
  return { exitCode, hasFailed: exitCode !== 0, counts };
}

function open({ env }: ProgramContext, { options, root }: Run): Promise<Box> {
  return openBox({ env, config: options.config, root });
}

function makeReport(
  { print }: ProgramContext,
  { name, options: { isJson, isVerbose } }: Run,
  id: string,
): RunReport {
  const options = { print, isVerbose };
  return isJson ? jsonReport(options, { command: name, run: id }) : textReport(options);
}
