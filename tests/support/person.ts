/**
 * A person at the browser: opens tabs, runs code in them as a page would, closes them.
 *
 * @module
 */
import { type CdpClient, connectCdp } from "../../cdp/client.ts";
import { discoverBrowser } from "../../cdp/discover.ts";

/** A tab of the person. */
export interface Tab {
  /** Its target. */
  readonly targetId: string;
  /** Runs an expression, waits for its promise, and gives back its value. */
  evaluate(expression: string): Promise<unknown>;
  /** Types a key where the focus is. */
  type(key: string): Promise<void>;
  /** Goes somewhere and waits until it has loaded. */
  goto(url: string): Promise<void>;
  /** Closes it. */
  close(): Promise<void>;
}

/** A person, connected to a browser. */
export interface Person extends Disposable {
  /** The connection. */
  readonly client: CdpClient;
  /** Opens a tab and waits until the page has loaded. */
  open(url: string): Promise<Tab>;
}

/** Sits down at a browser. */
export async function sitDown(address: string): Promise<Person> {
  const client = await connectCdp((await discoverBrowser(address)).webSocketUrl);

  async function open(url: string): Promise<Tab> {
    const { targetId } = await client.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await client.send("Target.attachToTarget", { targetId, flatten: true });
    await client.send("Page.enable", {}, { sessionId });
    const tab: Tab = {
      targetId,
      async evaluate(expression) {
        const { result, exceptionDetails } = await client.send("Runtime.evaluate", {
          expression,
          awaitPromise: true,
          returnByValue: true,
        }, { sessionId, deadlineMs: 120_000 });
        if (exceptionDetails === undefined) return result.value;
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      },
      async type(key) {
        const options = { sessionId };
        await client.send("Input.dispatchKeyEvent", { type: "keyDown", key, text: key }, options);
        await client.send("Input.dispatchKeyEvent", { type: "keyUp", key }, options);
      },
      async goto(to) {
        const loaded = new Promise<void>((resolve) => {
          const stop = client.on("Page.loadEventFired", (_, from) => {
            if (from !== sessionId) return;
            stop();
            resolve();
          });
        });
        const { errorText } = await client.send("Page.navigate", { url: to }, { sessionId });
        if (errorText !== undefined) throw new Error(`${to}: ${errorText}`);
        await loaded;
      },
      async close() {
        const gone = new Promise<void>((resolve) => {
          const stop = client.on("Target.detachedFromTarget", (event) => {
            if (event.sessionId !== sessionId) return;
            stop();
            resolve();
          });
        });
        await client.send("Target.closeTarget", { targetId });
        await gone;
      },
    };
    await tab.goto(url);
    return tab;
  }
  return { client, open, [Symbol.dispose]: () => client.close() };
}
