/**
 * Which browser is there now, and what stays the same for as long as it is.
 *
 * A browser's socket has a random id that changes with every start, so a client that kept one
 * needs to be told the new one. `/json/protocol` is 1.5 MB of text that Chromium unpacks for
 * every request, and some clients ask for it with every connection.
 *
 * @module
 */
import { z } from "zod";
import { type Exchange, readAnswer } from "./http_answer.ts";
import type { Upstream } from "./upstream.ts";
import { renderUpstreamRequest } from "./upstream_request.ts";

/** The browser that answers now. */
export interface CurrentBrowser {
  /** What tells one build from another. */
  readonly build: string;
  /** The path of its socket. */
  readonly socketPath: string;
}

const VERSION = z.object({
  "Browser": z.string(),
  "V8-Version": z.string().optional(),
  "WebKit-Version": z.string().optional(),
  "webSocketDebuggerUrl": z.url(),
});

/** Asks the browser about itself. */
export class BrowserLookup {
  readonly #upstream: Upstream;
  readonly #authority: string;
  #protocol: { readonly build: string; readonly exchange: Exchange } | undefined;

  /**
   * Nothing is asked yet.
   *
   * @param upstream The way to the browser.
   * @param authority What to name in `Host`.
   */
  constructor(upstream: Upstream, authority: string) {
    this.#upstream = upstream;
    this.#authority = authority;
  }

  /** The browser that answers now; `undefined` where none does. */
  async current(signal: AbortSignal): Promise<CurrentBrowser | undefined> {
    const exchange = await this.#get("/json/version", signal);
    if (exchange === undefined) return undefined;
    const version = VERSION.safeParse(parseJson(new TextDecoder().decode(exchange.body)));
    if (!version.success) return undefined;
    const { data } = version;
    return {
      build: `${data.Browser} ${data["V8-Version"]} ${data["WebKit-Version"]}`,
      socketPath: new URL(data.webSocketDebuggerUrl).pathname,
    };
  }

  /** The protocol's description, unpacked once for each build of the browser. */
  async protocol(signal: AbortSignal): Promise<Exchange | undefined> {
    const build = (await this.current(signal))?.build;
    if (build === undefined) return undefined;
    if (this.#protocol?.build === build) return this.#protocol.exchange;
    const exchange = await this.#get("/json/protocol", signal);
    if (exchange?.head.status !== 200) return undefined;
    this.#protocol = { build, exchange };
    return exchange;
  }

  async #get(target: string, signal: AbortSignal): Promise<Exchange | undefined> {
    const request = renderUpstreamRequest({
      head: { method: "GET", target, version: "1.1", fields: [], bodyBytes: 0, isChunked: false },
      target,
      authority: this.#authority,
      isUpgrade: false,
      isCompressionAllowed: false,
    });
    const answer = await this.#upstream.ask([request], signal);
    return answer.kind === "answer" ? await readAnswer(answer) : undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not a browser's answer; the schema says so.
    return undefined;
  }
}
