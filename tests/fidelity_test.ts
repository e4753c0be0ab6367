/**
 * What is logged in in one browser is logged in in another, completely.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { chromium } from "playwright-core";
import { type BrowserCookie } from "../snapshot/harvest/cookies.ts";
import { parseStorageState } from "../snapshot/storage_state.ts";
import { CHROMIUM, startChromium, type TestChromium } from "./support/chromium.ts";
import { cookieIdentity } from "./support/cookie_identity.ts";
import { type Person, sitDown } from "./support/person.ts";
import { startProgram } from "./support/program.ts";
import { startSite, type TestSite } from "./support/site.ts";
import { DESCRIBE_STORAGE, FILL_STORAGE } from "./support/storage_zoo.ts";

const HTML = { "content-type": "text/html; charset=utf-8" };
const YEAR = 31_536_000;

/** Sets cookies of every kind, and embeds another site on request. */
function loginSite(): TestSite {
  return startSite({
    handle(request) {
      const url = new URL(request.url);
      const headers = new Headers(HTML);
      if (url.pathname === "/login") {
        for (
          const cookie of [
            "session=s1; HttpOnly; Path=/",
            `kept=k1; Max-Age=${YEAR}; Path=/; SameSite=Strict`,
            `lax=l1; Max-Age=${YEAR}; Path=/login; SameSite=Lax`,
            "cross=c1; Secure; SameSite=None; Path=/",
            "__Host-id=h1; Secure; HttpOnly; Path=/",
            "domain=d1; Domain=a.localhost; Path=/",
            "part=p1; Secure; HttpOnly; SameSite=None; Partitioned; Path=/",
            'quoted="a b,c"; Path=/',
            "=nameless; Path=/",
            "empty=; Path=/",
          ]
        ) headers.append("set-cookie", cookie);
      }
      if (url.pathname === "/embedded") {
        headers.append("set-cookie", "part=p2; Secure; SameSite=None; Partitioned; Path=/");
      }
      const frame = url.searchParams.get("frame");
      return new Response(frame === null ? "<p>page" : `<iframe src="${frame}"></iframe>`, {
        headers,
      });
    },
  });
}

function harvest(browser: TestChromium, dir: string): Promise<number> {
  const program = startProgram("harvester", {
    args: ["--once"],
    env: { CDP_URL: browser.address, SNAPSHOT_DIR: dir, PROFILE_DIR: browser.profile },
    flags: [
      `--allow-net=127.0.0.1:${browser.port}`,
      `--allow-read=${dir},${browser.profile}`,
      `--allow-write=${dir}`,
    ],
  });
  return program.exitCode.then((code) => {
    assert.equal(code, 0, program.lines.join("\n"));
    return code;
  });
}

/** Opens a tab on each origin, fills it, describes what is in it, and closes all tabs. */
async function fill(person: Person, origins: readonly string[]): Promise<Map<string, unknown>> {
  const truth = new Map<string, unknown>();
  for (const origin of origins) {
    const tab = await person.open(`${origin}/login`);
    await tab.evaluate(FILL_STORAGE);
    truth.set(origin, await tab.evaluate(DESCRIBE_STORAGE));
    await tab.close();
  }
  return truth;
}

Deno.test("harvester carries every cookie, item and record to another browser when all tabs are closed", async () => {
  await using site = loginSite();
  await using source = await startChromium();
  const dir = await Deno.makeTempDir();
  const origins = [site.origin("a"), site.origin("b"), `http://localhost:${site.port}`];
  const truth = new Map<string, unknown>();
  let sourceCookies: readonly BrowserCookie[] = [];
  {
    using person = await sitDown(source.address);
    const frame = `${site.origin("b")}/embedded`;
    const embedding = await person.open(`${site.origin("c")}/?frame=${encodeURIComponent(frame)}`);
    await embedding.close();
    for (const [origin, lines] of await fill(person, origins)) truth.set(origin, lines);
    sourceCookies = (await person.client.send("Storage.getCookies")).cookies;
  }

  await harvest(source, dir);

  const path = `${dir}/storage-state.json`;
  const state = parseStorageState(await Deno.readTextFile(path));
  assert.equal(state.cookies.length, sourceCookies.length);
  const target = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-background-networking"],
  });
  try {
    const context = await target.newContext({ storageState: path });
    const cdp = await target.newBrowserCDPSession();
    const { browserContextIds } = await cdp.send("Target.getBrowserContexts");
    const browserContextId = browserContextIds[0];
    assert.ok(browserContextId !== undefined);
    const { cookies } = await cdp.send("Storage.getCookies", { browserContextId });
    assert.deepEqual(
      (cookies as BrowserCookie[]).map(cookieIdentity).sort(),
      sourceCookies.map(cookieIdentity).sort(),
    );
    assert.equal(cookies.filter((cookie) => cookie.partitionKey !== undefined).length, 4);
    for (const [origin, lines] of truth) {
      const page = await context.newPage();
      await page.goto(`${origin}/`);
      assert.deepEqual(await page.evaluate(DESCRIBE_STORAGE), lines, origin);
      await page.close();
    }
  } finally {
    await target.close();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("harvester shows no tab, asks no site, leaves no history and takes no focus when it harvests", async () => {
  await using site = loginSite();
  const profile = await Deno.makeTempDir();
  const dir = await Deno.makeTempDir();
  {
    await using browser = await startChromium({ profile });
    using person = await sitDown(browser.address);
    await fill(person, [site.origin("a"), site.origin("b")]);
    const own = await person.open(`${site.origin("person")}/`);
    await own.evaluate(`(() => {
      document.body.innerHTML = "<input>";
      document.querySelector("input").focus();
      globalThis.events = [];
      for (const name of ["focus", "blur", "visibilitychange", "storage", "pageshow", "resize"]) {
        addEventListener(name, () => events.push(name), true);
      }
    })()`);
    const requestsBefore = site.requests.length;
    const seen: string[] = [];
    person.client.on("Target.targetCreated", ({ targetInfo }) => seen.push(targetInfo.type));
    await person.client.send("Target.setDiscoverTargets", { discover: true });
    seen.length = 0;

    const harvesting = (async () => {
      for (let n = 0; n < 3; n++) await harvest(browser, dir);
    })();
    const typed = "typed while it is harvested ".repeat(8);
    for (const key of typed) await own.type(key);
    await harvesting;

    assert.deepEqual([...new Set(seen)], ["other"], "only hidden targets may appear");
    assert.equal(site.requests.length, requestsBefore, site.requests.slice(requestsBefore).join());
    assert.deepEqual(await own.evaluate("events"), []);
    assert.equal(await own.evaluate("document.activeElement.value"), typed);
    assert.equal(await own.evaluate("document.hasFocus() && document.visibilityState"), "visible");
    // A browser that is closed properly writes its history.
    await person.client.send("Browser.close");
    await browser.child.ended;
  }
  const history = new DatabaseSync(`${profile}/Default/History`, { readOnly: true });
  const urls = history.prepare("SELECT url FROM urls").all().map((row) => String(row.url));
  history.close();
  assert.deepEqual(urls.sort(), [
    `${site.origin("a")}/login`,
    `${site.origin("b")}/login`,
    `${site.origin("person")}/`,
  ]);
  await Deno.remove(dir, { recursive: true });
  await Deno.remove(profile, { recursive: true });
});
