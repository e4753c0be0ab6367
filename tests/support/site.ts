/**
 * A web site for tests: answers every host name that leads to it and remembers every request.
 *
 * @module
 */

/** A site that listens. */
export interface TestSite extends AsyncDisposable {
  /** Its port; `http://NAME.localhost:PORT` is a site of its own for every NAME. */
  readonly port: number;
  /** The origin of one name. */
  origin(name: string): string;
  /** What was asked for so far, as `HOST/PATH`, without the icons browsers look for. */
  readonly requests: readonly string[];
}

/** How it answers. */
export interface TestSiteOptions {
  /** Answers a request; else a page with a title. */
  handle?: (request: Request) => Response | undefined | Promise<Response | undefined>;
}

/** Starts a site on a free port of 127.0.0.1. */
export function startSite(options: TestSiteOptions = {}): TestSite {
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { host, pathname } = new URL(request.url);
    if (pathname === "/favicon.ico") return new Response(null, { status: 404 });
    requests.push(`${host}${pathname}`);
    return await options.handle?.(request) ?? new Response(
      "<!doctype html><title>Sample</title><p>A page</p>",
      { headers: { "content-type": "text/html; charset=utf-8" } },
    );
  });
  return {
    port: server.addr.port,
    origin: (name) => `http://${name}.localhost:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
