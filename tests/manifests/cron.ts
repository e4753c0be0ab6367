/**
 * Whether a text is a cron schedule of five fields, as the CronJob controller reads it.
 *
 * @module
 */

const FIELDS: readonly (readonly [name: string, min: number, max: number])[] = [
  ["minute", 0, 59],
  ["hour", 0, 23],
  ["day of month", 1, 31],
  ["month", 1, 12],
  ["day of week", 0, 6],
];

/** What is wrong with a schedule; `undefined` where nothing is. */
export function cronFault(schedule: string): string | undefined {
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) return `has ${fields.length} fields, must have 5`;
  for (const [at, [name, min, max]] of FIELDS.entries()) {
    for (const part of (fields[at] ?? "").split(",")) {
      const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/([1-9]\d*))?$/.exec(part);
      const [, from, to] = match ?? [];
      const first = Number(from ?? min);
      const last = Number(to ?? from ?? max);
      if (match === null || first < min || last > max || first > last) {
        return `has "${part}" for the ${name}, must be within ${min}-${max}`;
      }
    }
  }
  return undefined;
}
