/**
 * Connects the harvester to the warm browser, with the messages and exit codes of its contract.
 *
 * @module
 */
import { type CdpClient, connectCdp } from "../../cdp/client.ts";
import { discoverBrowser } from "../../cdp/discover.ts";
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";

/** Exit code when the browser cannot be reached. */
export const EXIT_NO_BROWSER = 3;

/** Exit code when the browser has no context with a profile. */
export const EXIT_NO_CONTEXT = 4;

/** A connection to the browser and its default context. */
export interface BrowserConnection {
  /** The connection. */
  readonly client: CdpClient;
  /** Product and version of the browser. */
  readonly product: string;
  /** Names this run of the browser: another one after every start. */
  readonly id: string;
  /** The context of the person's profile; others belong to callers and are none of our business. */
  readonly contextId: string;
}

/**
 * Finds the browser, connects, and makes sure that it has a persistent context.
 *
 * @param cdpUrl Its DevTools address.
 * @throws {Fault} With exit code 3 or 4.
 */
export async function connectBrowser(cdpUrl: URL): Promise<BrowserConnection> {
  let client: CdpClient;
  let product: string;
  let id: string;
  try {
    const browser = await discoverBrowser(cdpUrl);
    product = browser.product;
    id = new URL(browser.webSocketUrl).pathname.split("/").at(-1) ?? "";
    client = await connectCdp(browser.webSocketUrl);
  } catch (error) {
    throw new Fault(`connect_over_cdp failed: ${errorText(error)}`, {
      exitCode: EXIT_NO_BROWSER,
      cause: error,
    });
  }
  try {
    const { defaultBrowserContextId } = await client.send("Target.getBrowserContexts");
    if (defaultBrowserContextId !== undefined) {
      return { client, product, id, contextId: defaultBrowserContextId };
    }
  } catch (error) {
    client.close();
    throw new Fault(`connect_over_cdp failed: ${errorText(error)}`, {
      exitCode: EXIT_NO_BROWSER,
      cause: error,
    });
  }
  client.close();
  throw new Fault(
    "no browser contexts found — chrome-service may not have launched a persistent context yet",
    { exitCode: EXIT_NO_CONTEXT },
  );
}
