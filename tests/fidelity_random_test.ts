/**
 * Random cookies and storage of many origins arrive in another browser, every one.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { chromium } from "playwright-core";
import { parseStorageState } from "../snapshot/storage_state.ts";
import { CHROMIUM, startChromium } from "./support/chromium.ts";
import { cookieIdentity } from "./support/cookie_identity.ts";
import { fillScripts, setRandomCookies } from "./support/ground_truth.ts";
import { sitDown } from "./support/person.ts";
import { startProgram } from "./support/program.ts";
import { startSite } from "./support/site.ts";
import { DESCRIBE_STORAGE } from "./support/storage_zoo.ts";
import type { BrowserCookie } from "../snapshot/harvest/cookies.ts";

const ORIGINS = 40;
const COOKIES = 600;
const SEED = 20_261_121;

Deno.test("harvester carries random cookies and storage of many origins to another browser", async () => {
  await using site = startSite();
  await using source = await startChromium();
  const dir = await Deno.makeTempDir();
  using person = await sitDown(source.address);
  await setRandomCookies(person.client, COOKIES, SEED);
  const tab = await person.open(`${site.origin("first")}/`);
  const truth = new Map<string, unknown>();
  for (const [n, script] of fc.sample(fillScripts(), { numRuns: ORIGINS, seed: SEED }).entries()) {
    const origin = site.origin(`o${n}`);
    await tab.goto(`${origin}/`);
    await tab.evaluate(script);
    truth.set(origin, await tab.evaluate(DESCRIBE_STORAGE));
  }
  await tab.close();
  // Chromium writes its own list of visits with a delay of seconds.
  await Deno.writeTextFile(`${dir}/known-origins.json`, JSON.stringify([...truth.keys()]));
  const { cookies: sourceCookies } = await person.client.send("Storage.getCookies");

  const harvester = startProgram("harvester", {
    env: { CDP_URL: source.address, SNAPSHOT_DIR: dir, PROFILE_DIR: source.profile },
    flags: [
      `--allow-net=127.0.0.1:${source.port}`,
      `--allow-read=${dir},${source.profile}`,
      `--allow-write=${dir}`,
    ],
  });
  assert.equal(await harvester.exitCode, 0, harvester.lines.join("\n"));

  const path = `${dir}/storage-state.json`;
  const carried = parseStorageState(await Deno.readTextFile(path)).cookies.length;
  const rejected = harvester.lines.filter((line) => line.includes("cookie cannot travel")).length;
  assert.equal(carried + rejected, sourceCookies.length, "every cookie is carried or reported");
  const target = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const context = await target.newContext({ storageState: path });
    const cdp = await target.newBrowserCDPSession();
    const { browserContextIds: [browserContextId = ""] } = await cdp.send(
      "Target.getBrowserContexts",
    );
    const { cookies } = await cdp.send("Storage.getCookies", { browserContextId });
    const arrived = new Set((cookies as BrowserCookie[]).map(cookieIdentity));
    const missing = sourceCookies.map(cookieIdentity).filter((one) => !arrived.has(one));
    assert.equal(missing.length, rejected, missing.join("\n"));
    const page = await context.newPage();
    for (const [origin, lines] of truth) {
      await page.goto(`${origin}/`);
      assert.deepEqual(await page.evaluate(DESCRIBE_STORAGE), lines, origin);
    }
  } finally {
    await target.close();
    await Deno.remove(dir, { recursive: true });
  }
});
