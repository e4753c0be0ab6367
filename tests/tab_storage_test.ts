/**
 * What only open tabs can tell reaches another browser through the init script.
 *
 * @module
 */
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { initScript } from "../snapshot/init_script.ts";
import { parseStorageState } from "../snapshot/storage_state.ts";
import { startChromium, type TestChromium } from "./support/chromium.ts";
import { eventually } from "./support/eventually.ts";
import { sitDown } from "./support/person.ts";
import { startProgram } from "./support/program.ts";
import { startSite, type TestSite } from "./support/site.ts";

/** `/?frame=URL` embeds a page, `/embedded?set=TEXT` keeps a text in its own localStorage. */
function embeddingSite(): TestSite {
  return startSite({
    handle(request) {
      const { pathname, searchParams } = new URL(request.url);
      const frame = searchParams.get("frame");
      const set = searchParams.get("set");
      const body = pathname === "/embedded"
        ? `<script>
            if (${JSON.stringify(set)} !== null) localStorage.setItem("k", ${JSON.stringify(set)});
            parent.postMessage(localStorage.getItem("k"), "*");
          </script>`
        : `<script>onmessage = (event) => document.title = "frame says " + event.data;</script>
           <iframe src="${frame ?? "about:blank"}"></iframe>`;
      return new Response(`<!doctype html>${body}`, { headers: { "content-type": "text/html" } });
    },
  });
}

function startHarvester(browser: TestChromium, dir: string, arg: string) {
  return startProgram("harvester", {
    args: [arg],
    env: { CDP_URL: browser.address, SNAPSHOT_DIR: dir, PROFILE_DIR: browser.profile },
    flags: [
      `--allow-net=127.0.0.1:${browser.port}`,
      `--allow-read=${dir},${browser.profile}`,
      `--allow-write=${dir}`,
    ],
  });
}

Deno.test("harvester carries sessionStorage and partitioned localStorage of open tabs", async () => {
  await using site = embeddingSite();
  await using source = await startChromium();
  const dir = await Deno.makeTempDir();
  using person = await sitDown(source.address);
  const embedded = `${site.origin("inner")}/embedded`;
  const page = (frame: string) => `${site.origin("outer")}/?frame=${encodeURIComponent(frame)}`;
  const tab = await person.open(page(`${embedded}?set=partitioned`));
  await tab.evaluate("sessionStorage.setItem('token', 'a ☃ b')");
  await tab.evaluate(
    "globalThis.events = []; for (const name of ['focus', 'blur', " +
      "'visibilitychange', 'storage']) addEventListener(name, () => events.push(name))",
  );

  const harvester = startHarvester(source, dir, "--once");
  assert.equal(await harvester.exitCode, 0, harvester.lines.join("\n"));

  assert.deepEqual(await tab.evaluate("events"), [], "the person's tab notices nothing");
  const path = `${dir}/storage-state.json`;
  const state = parseStorageState(await Deno.readTextFile(path));
  // A browser that Playwright starts itself has storage partitioning off, and third-party frames
  // without any storage; one that is connected to has it as people's browsers do.
  await using other = await startChromium();
  const target = await chromium.connectOverCDP(other.address);
  try {
    const context = await target.newContext({ storageState: path });
    await context.addInitScript({ content: initScript(state) });
    const seeded = await context.newPage();
    await seeded.goto(page(embedded));
    assert.equal(await seeded.evaluate("sessionStorage.getItem('token')"), "a ☃ b");
    await seeded.waitForFunction("document.title === 'frame says partitioned'");
    const elsewhere = await context.newPage();
    await elsewhere.goto(`${site.origin("other")}/?frame=${encodeURIComponent(embedded)}`);
    await elsewhere.waitForFunction("document.title === 'frame says null'");
  } finally {
    await target.close();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("harvester --watch follows sessionStorage with the tabs that hold it", async () => {
  await using site = embeddingSite();
  await using source = await startChromium();
  const dir = await Deno.makeTempDir();
  await using harvester = startHarvester(source, dir, "--watch");
  await harvester.line(/first harvest done/);
  using person = await sitDown(source.address);
  const says = (text: string) => async () =>
    (await Deno.readTextFile(`${dir}/storage-state.json`)).includes(text);
  const tab = await person.open(`${site.origin("a")}/`);

  await tab.evaluate("sessionStorage.setItem('token', 's-1'); document.title = 'logged in'");

  await eventually("the snapshot holding sessionStorage", says('"s-1"'));
  await tab.close();
  await eventually("it going with the tab", async () => !await says('"s-1"')());
  await harvester[Symbol.asyncDispose]();
  await Deno.remove(dir, { recursive: true });
});
