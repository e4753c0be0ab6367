/**
 * The status for a person.
 *
 * @module
 */
import { ageText } from "./age_text.ts";
import type { CopyStatus, PartStatus, PipelineStatus, SiteStatus } from "./pipeline_status.ts";
import { serverRows } from "./server_status.ts";

/** A page of text: the pipeline, its copies, its sites. */
export function statusText(status: PipelineStatus, nowMs: number): string {
  const { server, server_error, copies, sites, sites_error } = status;
  const lines = [
    ...server === null ? [] : serverRows(server).map(([name, text]) => row(name, text)),
    ...server_error === null ? [] : [row("server", server_error)],
    ...server === null && server_error === null ? machineLines(status) : [],
    ...copies.map(copyLine),
    "",
    ...sites_error === null ? siteLines(sites, nowMs) : [sites_error],
  ];
  // Sites and refusals are others' words, and would act on the terminal.
  return lines.map((line) => `${line.replaceAll(/\p{C}/gu, "?").trimEnd()}\n`).join("");
}

/** The pipeline on this machine; another one's server has said more. */
function machineLines({ parts, published }: PipelineStatus): readonly string[] {
  return [
    ...parts.map(partLine),
    row(
      "snapshot",
      published === null
        ? "none on this machine"
        : `generation ${published.generation}, ${ageText(published.age_seconds)} old, ` +
          `${published.cookies} cookies, ${published.origins} origins`,
    ),
    ...published?.refused
      ? [row("REFUSED", `${ageText(published.refused.age_seconds)} ago: ${published.refused.text}`)]
      : [],
  ];
}

function partLine({ part, port, state, says, up_seconds }: PartStatus): string {
  const up = up_seconds === null ? "" : `, up ${ageText(up_seconds)}`;
  switch (state) {
    case "ready":
      return row(part, `ready${up}`);
    case "not_ready":
      return row(part, `NOT READY${up}: ${says}`);
    case "absent":
      return row(part, `does not run here (nobody answers on port ${port})`);
  }
}

function copyLine({ user, age_seconds, follower }: CopyStatus): string {
  const age = age_seconds === null ? "no copy" : `copy ${ageText(age_seconds)} old`;
  return row("copy", `${user}: ${age}${follower === null ? "" : `, follower ${follower}`}`);
}

function siteLines(sites: readonly SiteStatus[], nowMs: number): readonly string[] {
  if (sites.length === 0) return ["No site is logged in."];
  const width = Math.max(4, ...sites.map(({ site }) => site.length)) + 2;
  return [
    `${"site".padEnd(width)}${"until".padEnd(18)}${"in".padEnd(10)}login`,
    ...sites.map((each) => siteLine(each, width, nowMs)),
  ];
}

function siteLine(each: SiteStatus, width: number, nowMs: number): string {
  const { site, login, earliestExpiryAt: at, isLostOnRestart } = each;
  const leftSeconds = at === undefined ? undefined : Math.round((Date.parse(at) - nowMs) / 1_000);
  return site.padEnd(width) +
    (at === undefined ? "-" : at.slice(0, 16).replace("T", " ")).padEnd(18) +
    (leftSeconds === undefined ? "-" : leftSeconds <= 0 ? "over" : ageText(leftSeconds)).padEnd(
      10,
    ) +
    (login.map((kind) => kind.replaceAll("_", " ")).join(", ") || "-") +
    (isLostOnRestart ? " (not after a browser restart)" : "");
}

function row(name: string, text: string): string {
  return `${name.padEnd(17)}${text}`;
}
