/**
 * A small web site with a real login, for the demo.
 *
 * Logging in sets an HttpOnly session cookie; the page then keeps a token in localStorage and a
 * record in IndexedDB. The site greets only a request that proves all three.
 *
 * @module
 */

/** The one account of the site. */
export const DEMO_ACCOUNT = { name: "ada", password: "lovelace", greeting: "Hello, Ada Lovelace" };

/** A demo site that listens. */
export interface DemoSite {
  /** Where it is, such as `http://demo.localhost:40001`. */
  readonly url: string;
  /** The session cookie's value, once somebody has logged in. */
  readonly session: string;
  /** When the last login was answered, in milliseconds since the epoch. */
  readonly loggedInMs: number | undefined;
  /** Stops it. */
  stop(): Promise<void>;
}

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Demo bank</title>
<h1 id="greeting">…</h1>
<form method="post" action="/login" hidden>
  <label>Name <input id="name" name="name" autocomplete="username"></label>
  <label>Password <input id="password" name="password" type="password"></label>
  <button id="submit">Log in</button>
</form>
<script type="module">
  const open = () => new Promise((resolve, reject) => {
    const request = indexedDB.open("bank", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("devices");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const run = (database, mode, act) => new Promise((resolve, reject) => {
    const transaction = database.transaction("devices", mode);
    const request = act(transaction.objectStore("devices"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
  });
  const database = await open();
  // The answer to a login carries what the page has to keep, once.
  const fresh = await (await fetch("/fresh", { method: "POST" })).json();
  if (fresh !== null) {
    localStorage.setItem("token", fresh.token);
    await run(database, "readwrite", (store) => store.put({ device: fresh.device }, "this"));
  }
  const record = await run(database, "readonly", (store) => store.get("this"));
  const answer = await fetch("/hello", {
    method: "POST",
    body: JSON.stringify({ token: localStorage.getItem("token"), device: record?.device }),
  });
  document.querySelector("#greeting").textContent = await answer.text();
  document.querySelector("form").hidden = answer.ok;
</script>`;

/**
 * Starts the site on a free port of 127.0.0.1.
 *
 * @param random Makes the secrets of one login.
 * @param now Milliseconds since the epoch.
 */
export function startDemoSite(
  random: () => string = () => crypto.randomUUID(),
  now: () => number = Date.now,
): DemoSite {
  const session = random();
  const token = random();
  const device = random();
  let loggedInMs: number | undefined;
  let isFresh = false;

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const isKnown = request.headers.get("cookie")?.split("; ").includes(`session=${session}`);
    switch (`${request.method} ${pathname}`) {
      case "GET /":
        return new Response(PAGE, { headers: { "content-type": "text/html; charset=utf-8" } });
      case "POST /login": {
        const form = await request.formData();
        const { name, password } = DEMO_ACCOUNT;
        if (form.get("name") !== name || form.get("password") !== password) {
          return new Response("Wrong name or password\n", { status: 403 });
        }
        isFresh = true;
        loggedInMs = now();
        return new Response(null, {
          status: 303,
          headers: { location: "/", "set-cookie": `session=${session}; HttpOnly; Path=/` },
        });
      }
      case "POST /fresh": {
        const mayHave = isFresh && isKnown;
        if (mayHave) isFresh = false;
        return Response.json(mayHave ? { token, device } : null);
      }
      case "POST /hello": {
        const proof = await request.json();
        if (isKnown && proof.token === token && proof.device === device) {
          return new Response(DEMO_ACCOUNT.greeting);
        }
        const missing = [
          isKnown ? [] : ["the cookie"],
          proof.token === token ? [] : ["the localStorage token"],
          proof.device === device ? [] : ["the IndexedDB record"],
        ].flat();
        return new Response(`Not logged in: ${missing.join(", ")} missing`, { status: 401 });
      }
      default:
        return new Response("Not found\n", { status: 404 });
    }
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  return {
    url: `http://demo.localhost:${server.addr.port}`,
    session,
    get loggedInMs() {
      return loggedInMs;
    },
    stop: () => server.shutdown(),
  };
}
