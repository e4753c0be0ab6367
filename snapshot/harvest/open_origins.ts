/**
 * Which origins the person has open.
 *
 * @module
 */
import type { CdpResult } from "../../cdp/client.ts";
import { originOf } from "./candidate_origins.ts";
import type { BrowserConnection } from "./connect_browser.ts";

type TargetInfo = CdpResult<"Target.getTargets">["targetInfos"][number];

/** A tab or frame of the person. */
export interface TabTarget {
  /** Its target. */
  readonly targetId: string;
  /** The origin it shows. */
  readonly origin: string;
}

/** The tabs and frames of the default context that show web pages. */
export async function tabTargets(browser: BrowserConnection): Promise<readonly TabTarget[]> {
  const { targetInfos } = await browser.client.send("Target.getTargets");
  return targetInfos.flatMap((target) => {
    const origin = tabOrigin(target, browser.contextId);
    return origin === undefined ? [] : [{ targetId: target.targetId, origin }];
  });
}

/** The origins of the tabs and frames of the default context. */
export async function openOrigins(browser: BrowserConnection): Promise<readonly string[]> {
  return [...new Set((await tabTargets(browser)).map(({ origin }) => origin))];
}

/** Follows the tabs. */
export interface OpenOriginsTracker extends Disposable {
  /** The origins that are open now, the one that changed last first. */
  current(): readonly string[];
}

/**
 * Follows tabs and frames from now on.
 *
 * @param browser The browser.
 * @param onChange Called when a tab opens, goes somewhere or changes its title. Targets of callers
 * and hidden ones do not count.
 */
export async function trackOpenOrigins(
  browser: BrowserConnection,
  onChange: () => void,
): Promise<OpenOriginsTracker> {
  const { client, contextId } = browser;
  // Insertion order is the order of change.
  const origins = new Map<string, string>();

  function update(target: TargetInfo): void {
    const origin = tabOrigin(target, contextId);
    const before = origins.get(target.targetId);
    if (origin === undefined && before === undefined) return;
    origins.delete(target.targetId);
    if (origin !== undefined) origins.set(target.targetId, origin);
    onChange();
  }

  const stops = [
    client.on("Target.targetCreated", ({ targetInfo }) => update(targetInfo)),
    client.on("Target.targetInfoChanged", ({ targetInfo }) => update(targetInfo)),
    client.on("Target.targetDestroyed", ({ targetId }) => {
      if (origins.delete(targetId)) onChange();
    }),
  ];
  await client.send("Target.setDiscoverTargets", { discover: true });
  return {
    current: () => [...new Set([...origins.values()].reverse())],
    [Symbol.dispose]: () => stops.forEach((stop) => stop()),
  };
}

function tabOrigin(target: TargetInfo, contextId: string): string | undefined {
  if (target.browserContextId !== contextId) return undefined;
  if (target.type !== "page" && target.type !== "iframe") return undefined;
  return originOf(target.url);
}
