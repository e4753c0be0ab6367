/**
 * One look at whether Chromium still works: a hidden page of its own, asked three questions.
 *
 * `/json/version` answers 200 with every renderer and the GPU process hung, and a hidden page
 * never finishes a screenshot; why these questions find what is stuck is told in
 * `docs/decisions/probe_without_screenshot.md`. The page is in no tab strip and lives as long as the
 * connection that made it, so a probe that is cut short leaves nothing behind.
 *
 * @module
 */
import { type CdpClient, connectCdp } from "../cdp/client.ts";
import { discoverBrowser } from "../cdp/discover.ts";
import { errorText } from "../core/error_text.ts";

/** The processes that are asked. */
export const PROBE_CAUSES = ["browser", "renderer", "gpu", "network"] as const;

/** The process that did not answer. */
export type ProbeCause = typeof PROBE_CAUSES[number];

/** What a probe found. */
export type ProbeOutcome =
  | { readonly kind: "ok" }
  | { readonly kind: "miss"; readonly cause: ProbeCause; readonly reason: string };

/**
 * Draws nothing and reads it back: creating a WebGL context is a synchronous call into the GPU
 * process, also where that process then refuses it.
 */
const ASK_GPU = `(() => {
  const gl = new OffscreenCanvas(4, 4).getContext("webgl");
  if (gl === null) return "refused";
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  return "drawn";
})()`;

/** A site that cannot exist (RFC 2606): its cookies are asked for, since the network process has them. */
const NO_SITE = "https://probe.invalid/";

/**
 * Probes a browser.
 *
 * @param address Its DevTools address.
 * @param deadlineMs How long each step may take, in milliseconds.
 */
export async function probeBrowser(address: string, deadlineMs: number): Promise<ProbeOutcome> {
  let suspect: ProbeCause = "browser";
  let client: CdpClient | undefined;
  try {
    const { webSocketUrl } = await discoverBrowser(address, deadlineMs);
    const cdp = client = await connectCdp(webSocketUrl, { deadlineMs });
    await cdp.send("Browser.getVersion", undefined, { deadlineMs });
    // From here on the browser's own threads have answered; what it waits for is a new process.
    suspect = "renderer";
    const { targetId } = await cdp.send("Target.createTarget", {
      url: "about:blank",
      hidden: true,
      background: true,
    }, { deadlineMs });
    const { sessionId } = await cdp.send("Target.attachToTarget", { targetId, flatten: true }, {
      deadlineMs,
    });
    const ask = (expression: string) =>
      cdp.send("Runtime.evaluate", { expression, returnByValue: true }, { sessionId, deadlineMs });
    const { result } = await ask("1 + 1");
    if (result.value !== 2) throw new Error(`1 + 1 is ${JSON.stringify(result.value)}`);
    suspect = "gpu";
    await ask(ASK_GPU);
    suspect = "network";
    await cdp.send("Network.getCookies", { urls: [NO_SITE] }, { sessionId, deadlineMs });
    suspect = "browser";
    await cdp.send("Target.closeTarget", { targetId }, { deadlineMs });
    return { kind: "ok" };
  } catch (error) {
    return { kind: "miss", cause: suspect, reason: errorText(error) };
  } finally {
    client?.close();
  }
}
