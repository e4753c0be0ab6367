/**
 * A person at the warm browser, for the demo: opens a tab, clicks and types, through CDP.
 *
 * @module
 */
import { type CdpClient, connectCdp } from "../cdp/client.ts";
import { discoverBrowser } from "../cdp/discover.ts";
import type { Clock } from "../core/clock.ts";
import { Fault } from "../core/fault.ts";

/** Someone who types into one tab. */
export interface Typist extends Disposable {
  /** Clicks an element. */
  click(selector: string): Promise<void>;
  /** Types a text, key by key, where the focus is. */
  type(text: string): Promise<void>;
  /** Waits until the page shows a text. */
  waitForText(text: string, deadlineMs?: number): Promise<void>;
}

/** Opens a tab in the warm browser. */
export async function openTypist(cdpUrl: string, url: string, clock: Clock): Promise<Typist> {
  const client = await connectCdp((await discoverBrowser(cdpUrl)).webSocketUrl);
  const { targetId } = await client.send("Target.createTarget", { url });
  const { sessionId } = await client.send("Target.attachToTarget", { targetId, flatten: true });

  async function waitFor(expression: string, what: string, deadlineMs = 15_000): Promise<unknown> {
    const deadline = clock.monotonic() + deadlineMs;
    for (;;) {
      const value = await evaluate(client, sessionId, expression);
      if (value) return value;
      if (clock.monotonic() > deadline) throw new Fault(`The page never showed ${what}`);
      await clock.sleep(20);
    }
  }

  return {
    async click(selector) {
      const query = JSON.stringify(selector);
      const point = await waitFor(
        `(() => {
          const box = document.querySelector(${query})?.getBoundingClientRect();
          return box?.width ? [box.x + box.width / 2, box.y + box.height / 2] : null;
        })()`,
        `an element "${selector}"`,
      );
      const [x = 0, y = 0] = point as number[];
      for (const type of ["mousePressed", "mouseReleased"] as const) {
        await client.send("Input.dispatchMouseEvent", {
          type,
          x,
          y,
          button: "left",
          clickCount: 1,
        }, { sessionId });
      }
    },
    async type(text) {
      for (const key of text) {
        await client.send("Input.dispatchKeyEvent", { type: "keyDown", key, text: key }, {
          sessionId,
        });
        await client.send("Input.dispatchKeyEvent", { type: "keyUp", key }, { sessionId });
      }
    },
    async waitForText(text, deadlineMs) {
      const needle = JSON.stringify(text);
      await waitFor(`document.body?.innerText.includes(${needle})`, `"${text}"`, deadlineMs);
    },
    [Symbol.dispose]: () => client.close(),
  };
}

async function evaluate(
  client: CdpClient,
  sessionId: string,
  expression: string,
): Promise<unknown> {
  const { result } = await client.send("Runtime.evaluate", { expression, returnByValue: true }, {
    sessionId,
  });
  return result.value;
}
