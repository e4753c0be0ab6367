/**
 * Closes what a client leaves in the shared browser when it believes it closed the browser.
 *
 * Without the bridge its tabs would have gone with the browser; with it they would pile up before
 * the eyes of the person whose browser it is.
 *
 * @module
 */
import { connectCdp } from "../cdp/client.ts";
import { discoverBrowser } from "../cdp/discover.ts";
import type { TargetLedger } from "./target_ledger.ts";

/**
 * Closes a client's tabs and contexts. A tab that is the browser's last one stays, since a
 * Chromium with windows ends with its last tab.
 *
 * @param address The browser's DevTools address.
 * @param ledger What the client made.
 */
export async function closeLeftovers(address: string, ledger: TargetLedger): Promise<void> {
  if (ledger.targets.size === 0 && ledger.contexts.size === 0) return;
  using client = await connectCdp((await discoverBrowser(address)).webSocketUrl);
  const { targetInfos } = await client.send("Target.getTargets");
  const pages = targetInfos.filter(({ type }) => type === "page");
  const own = pages.filter(({ targetId, browserContextId }) =>
    ledger.targets.has(targetId) || ledger.contexts.has(browserContextId ?? "")
  );
  const kept = own.length === pages.length ? own[0] : undefined;
  for (const page of own) {
    if (page !== kept) {
      await attempt(client.send("Target.closeTarget", { targetId: page.targetId }));
    }
  }
  for (const browserContextId of ledger.contexts) {
    if (browserContextId === kept?.browserContextId) continue;
    await attempt(client.send("Target.disposeBrowserContext", { browserContextId }));
  }
}

async function attempt(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch {
    // It was gone already.
  }
}
