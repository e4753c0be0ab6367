/**
 * A site with a login, under as many names as wanted: each name is a site of its own.
 *
 * `/login` logs in; every page says whether whoever asks is logged in.
 *
 * @module
 */
import { startSite, type TestSite } from "../../support/site.ts";

/** Starts it; a login at `shop` is one of `session=shop-SECRET`. */
export function startSampleSite(): TestSite {
  return startSite({
    handle(request) {
      const { hostname, pathname } = new URL(request.url);
      const name = hostname.split(".")[0];
      const session = /\bsession=([^;]*)/.exec(request.headers.get("cookie") ?? "")?.[1];
      const headers = new Headers({ "content-type": "text/html; charset=utf-8" });
      if (pathname === "/login") {
        headers.set("set-cookie", `session=${name}-s3cret; Path=/; HttpOnly; Max-Age=86400`);
      }
      const text = session === undefined ? "Not logged in" : `Hello, ${session}`;
      return new Response(`<!doctype html><title>${name}</title><p>${text}</p>`, { headers });
    },
  });
}
