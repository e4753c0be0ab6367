/**
 * Figures of many measurements.
 *
 * @module
 */

/** What is said of a set of measurements. */
export interface Summary {
  /** Half are below. */
  readonly p50: number;
  /** Ninety-nine of a hundred are below. */
  readonly p99: number;
  /** How many there are. */
  readonly count: number;
}

/** Sums measurements up. */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), count: sorted.length };
}

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  return summarise(values).p50;
}

/** Physical memory of a process and its children, shared pages by their share, in kB. */
export async function memoryKb(pid: number): Promise<number> {
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  const rollup = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  const own = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
  const others = await Promise.all(
    children.trim().split(/\s+/).filter(Boolean).map(Number).map(memoryKb),
  );
  return own + others.reduce((sum, kb) => sum + kb, 0);
}
