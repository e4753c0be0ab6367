/**
 * Finds a browser's WebSocket endpoint from its HTTP address.
 *
 * @module
 */
import { z } from "zod";
import { errorText } from "../core/error_text.ts";

/** A browser that answers on its DevTools port. */
export interface DiscoveredBrowser {
  /** Product and version, such as `Chrome/156.0.8078.79`. */
  readonly product: string;
  /** Where to connect with `connectCdp`. Its id changes with every start of the browser. */
  readonly webSocketUrl: string;
}

/** Nobody answers there, or not as a browser does. */
export class DiscoverError extends Error {
  /**
   * Says who was asked and what came back.
   *
   * @param address The HTTP address that was asked.
   * @param reason What came back instead.
   * @param options The error underneath.
   */
  constructor(readonly address: string, reason: string, options?: ErrorOptions) {
    super(`No browser answers at ${address}: ${reason}`, options);
    this.name = "DiscoverError";
  }
}

const VERSION = z.object({ Browser: z.string(), webSocketDebuggerUrl: z.string() });

/**
 * Asks `/json/version`.
 *
 * @param address The DevTools address, such as `http://127.0.0.1:9222`.
 * @param deadlineMs The longest wait, in milliseconds.
 * @throws {DiscoverError} When there is no browser.
 */
export async function discoverBrowser(
  address: string | URL,
  deadlineMs = 5_000,
): Promise<DiscoveredBrowser> {
  const url = new URL("/json/version", address);
  let body: string;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) });
    body = await response.text();
    if (!response.ok) {
      throw new DiscoverError(url.origin, `HTTP ${response.status}: ${body.trim().slice(0, 200)}`);
    }
  } catch (error) {
    if (error instanceof DiscoverError) throw error;
    throw new DiscoverError(url.origin, errorText(error), { cause: error });
  }
  const version = VERSION.safeParse(parseJson(body));
  if (!version.success) throw new DiscoverError(url.origin, "its answer is not a browser's");
  return {
    product: version.data.Browser,
    webSocketUrl: version.data.webSocketDebuggerUrl,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is not a browser's answer; the caller says so.
    return undefined;
  }
}
