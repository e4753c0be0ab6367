/**
 * A person at the live view: noVNC's web page in a real browser, a real mouse and keyboard on its
 * canvas. What is clicked and typed goes through VNC to the pod's screen.
 *
 * @module
 */
import { chromium } from "playwright-core";
import { CHROMIUM } from "../support/chromium.ts";
import { eventually } from "../support/eventually.ts";

/** The person. */
export interface Viewer extends AsyncDisposable {
  /** Clicks a point of the pod's screen. */
  click(x: number, y: number): Promise<void>;
  /** Types a text, key by key. */
  type(text: string): Promise<void>;
  /** Presses a key or a chord, such as `Control+l`. */
  press(key: string): Promise<void>;
  /** A picture of what the person sees, for a test that fails. */
  picture(path: string): Promise<void>;
}

/** Opens the live view and waits until it shows the pod's screen. */
export async function openViewer(origin: string): Promise<Viewer> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-quic"],
  });
  const page = await browser.newPage({ viewport: { width: 1_200, height: 900 } });
  // The pod is ready for callers a moment before x11vnc is: noVNC then says so and does not try again.
  await eventually("a live view that is connected", async () => {
    await page.goto(`${origin}/vnc.html?autoconnect=true&resize=off&show_dot=true`);
    await page.waitForSelector("html.noVNC_connected", { timeout: 15_000, state: "attached" });
    return true;
  }, 90_000);
  const canvas = page.locator("#noVNC_container canvas");
  await canvas.waitFor();
  return {
    click: (x, y) => canvas.click({ position: { x, y } }),
    // As fast as a person at most: noVNC sends each key when it comes.
    type: (text) => page.keyboard.type(text, { delay: 40 }),
    press: (key) => page.keyboard.press(key, { delay: 40 }),
    picture: async (path) => void await page.screenshot({ path }),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
