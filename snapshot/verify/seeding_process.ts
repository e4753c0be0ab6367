/**
 * The process that `hearth verify` starts: playwright-core asks for more of the machine than a
 * program under a permission set may have, and it must see nothing but one snapshot.
 *
 * Started with two paths: of the snapshot, and of the file it writes its report to.
 *
 * @module
 */
import { chromium } from "playwright-core";
import { systemClock } from "../../core/clock.ts";
import { errorText } from "../../core/error_text.ts";
import { parseStorageState } from "../storage_state.ts";
import { seedAndCompare } from "./seed_and_compare.ts";
import type { VerifyReport } from "./verify_report.ts";

async function main(file: string): Promise<VerifyReport> {
  const state = parseStorageState(await Deno.readTextFile(file));
  const startedMs = systemClock.monotonic();
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--disable-background-networking",
      ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
    ],
  });
  try {
    const arrivals = await seedAndCompare({ state, browser, nowMs: systemClock.now() });
    return {
      browser: `Chromium ${browser.version()}`,
      tookMs: Math.round(systemClock.monotonic() - startedMs),
      cookies: [...arrivals.cookies],
      origins: arrivals.origins.map((one) => ({ ...one, items: [...one.items] })),
    };
  } finally {
    await browser.close();
  }
}

if (import.meta.main) {
  const [file = "", answer = ""] = Deno.args;
  let text: string;
  try {
    text = JSON.stringify(await main(file));
  } catch (error) {
    text = JSON.stringify({ fault: errorText(error) });
  }
  await Deno.writeTextFile(answer, text);
}
