/**
 * What a benchmark says: figures per case, and ratios between cases of the same run.
 *
 * @module
 */

/** Figures of one case, in the report's unit. */
export type Figures = Readonly<Record<string, number>>;

/** The outcome of one benchmark. */
export interface BenchReport {
  /** The benchmark's name. */
  readonly name: string;
  /** The unit of every figure, such as `ms`. */
  readonly unit: string;
  /** Figures by case. */
  readonly cases: Readonly<Record<string, Figures>>;
  /** Quotients of two cases of this run, such as `ours/peer`. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Sentences a reader of the figures should know. */
  readonly notes?: readonly string[];
}

/**
 * The usual figures of a list of measurements.
 *
 * @param values In any order; not empty.
 */
export function figures(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    n: sorted.length,
    min: quantile(sorted, 0),
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
  };
}

/** The smallest value that is at least as large as a share of all. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** A report as a table for a person. */
export function reportTable(report: BenchReport): string {
  const { name, unit, cases, ratios, notes = [] } = report;
  const columns = [...new Set(Object.values(cases).flatMap((one) => Object.keys(one)))];
  const rows = [
    [`${name} (${unit})`, ...columns],
    ...Object.entries(cases).map(([label, one]) => [
      label,
      ...columns.map((column) => format(one[column])),
    ]),
  ];
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ??
    [];
  const lines = rows.map((row) =>
    row.map((cell, at) => at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))
      .join("  ")
  );
  const quotients = Object.entries(ratios).map(([label, value]) => `${label}  ${format(value)}`);
  return [...lines, ...quotients, ...notes, ""].join("\n");
}

function format(value: number | undefined): string {
  if (value === undefined) return "";
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/** Says on standard error what a benchmark is doing. */
export function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
