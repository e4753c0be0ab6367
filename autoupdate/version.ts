/**
 * Versions as t3 writes them, and their order.
 *
 * The order is semver's: `sort -V` puts `0.1.10` before `0.1.10-nightly.…`, and a text sort puts
 * run 999 after run 4100. A version becomes a directory's name, so what is accepted is narrow.
 *
 * @module
 */
// @ts-types="@types/semver"
import { compare, satisfies } from "semver";

const VERSION =
  /^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})(?:-[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+){0,8})?$/;

/** Which builds a box follows: the registry's tags of the same names. */
export const TRACKS = ["nightly", "preview", "latest"] as const;

/** A channel. */
export type Track = typeof TRACKS[number];

/** Whether a text is a version that may be installed, and may name a directory. */
export function isVersion(text: string): boolean {
  return text.length <= 80 && VERSION.test(text);
}

/** Negative where `a` is older than `b`, 0 where they are the same, positive where it is newer. */
export function compareVersions(a: string, b: string): number {
  return compare(a, b);
}

/**
 * Whether a version belongs to a channel. `nightly` also takes what it turns into, a stable
 * release; `latest` never takes a prerelease.
 */
export function isOnTrack(version: string, track: Track): boolean {
  const channel = /-([a-z]+)/.exec(version)?.[1];
  return channel === undefined || channel === track;
}

/** Whether a Node version is one of those an `engines.node` range names; a broken range is not. */
export function runsOnNode(nodeVersion: string, range: string): boolean {
  return satisfies(nodeVersion.replace(/^v/, ""), range);
}

/**
 * The version in what `t3 --version` printed: the last word of its last line, with or without "v".
 *
 * @returns Nothing where that is no version.
 */
export function printedVersion(output: string): string | undefined {
  const word = output.trim().split(/\s+/).at(-1)?.replace(/^v/, "") ?? "";
  return isVersion(word) ? word : undefined;
}
