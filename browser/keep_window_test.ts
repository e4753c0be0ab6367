/**
 * The window of the real browser, which nobody can take away from the others.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../tests/support/eventually.ts";
import { startReadyBrowser } from "../tests/support/warm_browser.ts";

Deno.test("keepWindow() opens a window when the last tab is closed, and the browser goes on", async () => {
  await using browser = await startReadyBrowser();
  using client = await browser.connect();
  const pages = async () =>
    (await client.send("Target.getTargets")).targetInfos.filter(({ type }) => type === "page");
  const before = await pages();

  for (const { targetId } of before) await client.send("Target.closeTarget", { targetId });

  const after = await eventually("a new tab", async () => {
    const now = await pages();
    const isNew = now.some(({ targetId }) => before.every((old) => old.targetId !== targetId));
    return isNew && now;
  });
  assert.equal(after.length, 1);
  // It is there before it is put in its place.
  await eventually("a window that fills the screen", async () => {
    const { bounds } = await client.send("Browser.getWindowForTarget", {
      targetId: after[0]?.targetId ?? "",
    });
    assert.deepEqual([bounds.left, bounds.top], [0, 0]);
    // X and Chromium disagree about a pixel.
    assert.ok(Number(bounds.width) > 790 && Number(bounds.height) > 590, JSON.stringify(bounds));
    return true;
  });
  assert.equal(client.closed.aborted, false, "it is the same browser");
});
