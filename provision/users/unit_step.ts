/**
 * Units of a user that should run, or should not. None that runs is ever restarted for a change.
 *
 * @module
 */
import type { PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";

/** Plans a unit that should start with the machine. */
export function* enabledUnit(
  { host, items }: PlanContext,
  unit: string,
  isStarted: boolean,
): Steps<boolean> {
  const resource = `unit ${unit}`;
  const { isEnabled, active } = host.unit(unit);
  // Starting is under way, or systemd is about to try again: it is not helped by asking once more.
  const isRunning = active !== "inactive" && active !== "failed";
  if (isEnabled && (isRunning || !isStarted)) {
    yield items.ok(resource);
    return true;
  }
  const done = yield items.change(resource, {
    cause: isEnabled ? "drift" : "missing",
    summary: isEnabled
      ? `start ${unit}, which is ${active}`
      : isStarted && !isRunning
      ? `enable and start ${unit}`
      : `enable ${unit}`,
    action: { kind: "enable_unit", unit, isStarted },
  });
  return done.isDone;
}

/** Plans a unit that should not run: it may, from before. */
export function* disabledUnit({ host, items }: PlanContext, unit: string): Steps {
  const resource = `unit ${unit}`;
  const { isEnabled, active } = host.unit(unit);
  if (!isEnabled && active === "inactive") {
    yield items.ok(resource);
    return;
  }
  yield items.change(resource, {
    cause: "intent",
    summary: `stop and disable ${unit}`,
    action: { kind: "disable_unit", unit },
  });
}
