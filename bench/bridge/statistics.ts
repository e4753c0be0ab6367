/**
 * Figures the report does not make by itself.
 *
 * @module
 */
import type { Figures } from "../report.ts";

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The middle of the figures of several rounds. */
export function middle(all: readonly Figures[]): Figures {
  const of = (key: string) => median(all.map((one) => one[key] ?? Number.NaN));
  return { p50: of("p50"), p99: of("p99") };
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
