/**
 * What a request's path asks for.
 *
 * Chromium cuts a path at its slashes, so `/json/version/`, which Playwright asks for, is
 * `/json/version`; a page's socket path must match to the last byte, so its query is dropped.
 * Source: content/browser/devtools/devtools_http_handler.cc.
 *
 * @module
 */

/** What is asked for. */
export type Route =
  /** A `/json*` answer that holds URLs. */
  | { readonly kind: "json" }
  /** `/json/protocol`, the same for as long as the browser runs. */
  | { readonly kind: "protocol" }
  /** The browser's socket; without an id the current browser is meant. */
  | { readonly kind: "browser_socket"; readonly id: string | undefined; readonly path: string }
  /** Another target's socket. */
  | { readonly kind: "target_socket"; readonly path: string }
  /** Anything else Chromium may know. */
  | { readonly kind: "other" };

/** Tells what the path and query of a request ask for. */
export function routeOf(target: string): Route {
  const path = target.replace(/[?#].*$/s, "");
  if (/^\/json\/protocol\/?$/.test(path)) return { kind: "protocol" };
  if (/^\/json(\/|$)/.test(path)) return { kind: "json" };
  const browser = /^\/devtools\/browser\/?([^/]*)\/?$/.exec(path);
  if (browser !== null && (path.length === 17 || path[17] === "/")) {
    return { kind: "browser_socket", id: browser[1] || undefined, path };
  }
  if (path.startsWith("/devtools/")) return { kind: "target_socket", path };
  return { kind: "other" };
}
