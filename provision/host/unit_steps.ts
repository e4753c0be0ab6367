/**
 * Units of the machine: their files, one reload after they changed, and what starts with the machine.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { digestOf } from "../digest.ts";
import { fileStep, type PlanContext } from "../file_step.ts";
import type { Outcome, Steps } from "../item.ts";
import { enabledUnit } from "../users/unit_step.ts";
import type { SystemFile } from "./system_file.ts";

/** The record's key of the units that systemd was last told to read. */
const RELOADED = "units#reloaded";
/** What stands there while a unit is being written: a run that is killed then must still reload. */
const STALE = digestOf(new TextEncoder().encode("stale"));

/**
 * What starts with the machine. A timer whose service may interrupt people is not started at once:
 * one that was missed would elapse in the middle of their day.
 */
export const MACHINE_UNITS: readonly {
  /** Its name. */
  readonly unit: string;
  /** Whether it is started at once as well. */
  readonly isStarted: boolean;
}[] = [
  { unit: "t3-autoupdate.timer", isStarted: false },
  { unit: "t3-autoupdate-drain.timer", isStarted: false },
  // At boot only: it finishes what a power cut left.
  { unit: "t3-autoupdate-recover.service", isStarted: false },
  { unit: "t3-backup-state.timer", isStarted: true },
  { unit: "t3-mint.socket", isStarted: true },
  { unit: "t3-dispatch.service", isStarted: true },
  { unit: "t3-provision-users.timer", isStarted: true },
];

const UNIT_DIR = "/etc/systemd/system";

/**
 * Plans the files, and a reload where systemd has not read them as they are. Nothing that runs is
 * restarted: it has its new settings when it next starts.
 */
export function* unitFilesStep(context: PlanContext, files: readonly SystemFile[]): Steps {
  const { applied, items } = context;
  const hash = createHash("sha256");
  let isStale = false;
  for (const { path, content, mode } of files) {
    const steps = fileStep(context, { path, content, mode, foreign: "replace" });
    const outcome = yield* markingStale(steps, () => isStale = true);
    // A unit that could not be written is read by a later reload.
    if (outcome.isDone) hash.update(`${path}\0${content.length}\0`).update(content);
  }
  const digest = hash.digest("hex");
  if (!isStale && applied.newest(RELOADED) === digest) {
    yield items.ok("units as systemd reads them");
    return;
  }
  yield items.change("units as systemd reads them", {
    cause: applied.has(RELOADED) ? "intent" : "missing",
    summary: "have systemd read the units",
    action: { kind: "reload_units" },
    doneMarks: [{ key: RELOADED, digest }],
  });
}

/** The same steps, whose changes take back that systemd has read the units. */
function* markingStale(steps: Steps<Outcome>, onChange: () => void): Steps<Outcome> {
  let step = steps.next();
  while (!step.done) {
    let item = step.value;
    if (item.state === "change") {
      onChange();
      item = { ...item, marks: [...item.marks ?? [], { key: RELOADED, digest: STALE }] };
    }
    step = steps.next(yield item);
  }
  return step.value;
}

/**
 * Plans what starts with the machine.
 *
 * @param context The scope.
 * @param hasPrograms Whether the programs that the units run are installed.
 */
export function* machineUnitSteps(context: PlanContext, hasPrograms: boolean): Steps {
  const { host, items } = context;
  for (const { unit, isStarted } of MACHINE_UNITS) {
    if (host.file(`${UNIT_DIR}/${unit}`).kind === "absent") continue;
    if (hasPrograms) yield* enabledUnit(context, unit, isStarted);
    else yield items.skipped(`unit ${unit}`, "its program is not installed");
  }
}
