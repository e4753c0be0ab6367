/**
 * A web site with a login for a mouse and a keyboard, reachable from the pod and this machine.
 *
 * Its first page is one big button, and then a form with the focus in it, so that a person needs
 * no more than the middle of the screen. A login sets one cookie that lasts and one that does not.
 *
 * @module
 */
import { Waiter } from "./waiter.ts";

/** The site. */
export interface LoginSite extends AsyncDisposable {
  /** Its port, on every address of the machine. */
  readonly port: number;
  /** Resolves when the site has been told of a step: `shown`, `clicked`, `login`. */
  step(name: string, deadlineMs?: number): Promise<void>;
}

const LOGIN = `<!doctype html>
<meta charset="utf-8"><title>Log in</title>
<style>
  body { margin: 0 }
  /* Wherever a click goes, it goes here. */
  button, input { position: fixed; inset: 0; width: 100%; height: 100%; font-size: 60px }
</style>
<button>Log in</button>
<form method="post" action="/login" hidden><input name="name" autocomplete="off"></form>
<script>
  document.querySelector("button").onclick = async (event) => {
    event.target.remove();
    document.querySelector("form").hidden = false;
    document.querySelector("input").focus();
    await fetch("/step/clicked", { method: "POST" });
  };
  // Chromium drops what is clicked before the first frame is on the screen.
  requestAnimationFrame(() => requestAnimationFrame(() => fetch("/step/shown", { method: "POST" })));
</script>`;

const WELCOME = `<!doctype html><meta charset="utf-8"><title>Welcome</title>
<h1 id="greeting">Hello, Ada</h1>
<script>localStorage.setItem("device", "known")</script>`;

/** Starts the site. */
export function startLoginSite(): LoginSite {
  const steps = new Waiter();
  const secrets = { lasting: crypto.randomUUID(), session: crypto.randomUUID() };
  const html = { "content-type": "text/html; charset=utf-8" };
  const server = Deno.serve({ hostname: "0.0.0.0", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const cookies = request.headers.get("cookie")?.split("; ") ?? [];
    if (pathname.startsWith("/step/")) {
      steps.happened(pathname.slice("/step/".length));
      return new Response(null, { status: 204 });
    }
    if (pathname === "/login" && request.method === "POST") {
      if ((await request.formData()).get("name") !== "ada") {
        return new Response("no", { status: 403 });
      }
      steps.happened("login");
      const headers = new Headers({ location: "/" });
      headers.append("set-cookie", `lasting=${secrets.lasting}; HttpOnly; Max-Age=864000`);
      headers.append("set-cookie", `session=${secrets.session}; HttpOnly`);
      return new Response(null, { status: 303, headers });
    }
    if (pathname !== "/") return new Response("not found", { status: 404 });
    const isKnown = Object.entries(secrets).every(([name, value]) =>
      cookies.includes(`${name}=${value}`)
    );
    return new Response(isKnown ? WELCOME : LOGIN, { headers: html });
  });
  return {
    port: server.addr.port,
    step: (name, deadlineMs) => steps.wait(name, deadlineMs),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
