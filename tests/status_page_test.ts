/**
 * The status page in a real Chromium, from the program under its permission set: what it does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "./support/eventually.ts";
import { hostsText } from "./support/snapshot_fixture.ts";
import { HOUSE_TOKEN, statusHouse } from "./support/status_house.ts";
import { CROWD, VALUE_MARK } from "./support/status_scene.ts";
import { statusVisitor } from "./support/status_visitor.ts";

const WIDE = { viewport: { width: 1280, height: 900 } };

Deno.test("status page follows new generations, searches and sorts, and no value is anywhere", async () => {
  await using house = await statusHouse("healthy");
  await using visitor = await statusVisitor();
  const heard: string[] = [];
  const page = await visitor.open(house.url, WIDE, (text) => heard.push(text));
  await page.locator("#connection", { hasText: "Live." }).waitFor();
  assert.match(await page.locator("#sites-caption").innerText(), /^12 of 12 sites/);

  const state = hostsText({ "example.org": `${VALUE_MARK}1`, "a.test": `${VALUE_MARK}2` });
  await house.directory.put("storage-state.json", state);
  await page.getByRole("rowheader", { name: "a.test" }).waitFor();
  assert.equal(await page.getByRole("rowheader", { name: "github.com" }).count(), 0);

  await page.getByLabel("Search sites").fill("edsger");
  await page.locator("#sites-caption", { hasText: "1 of 2 sites" }).waitFor();
  await page.getByLabel("Search sites").fill("");
  await page.locator("#sites-caption", { hasText: "2 of 2 sites" }).waitFor();
  await page.locator("#sort-site").focus();
  await page.keyboard.press("Enter");
  await page.locator('th[aria-sort="ascending"] #sort-site').waitFor();
  await page.keyboard.press("Enter");
  await page.locator('th[aria-sort="descending"] #sort-site').waitFor();

  assert.equal(await page.evaluate("document.activeElement.id"), "sort-site");
  assert.equal(await page.getByRole("rowheader").first().innerText(), "example.org");
  const told = () => heard.some((text) => text.includes('"eventName":"change"'));
  await eventually("an event in the stream", told);
  for (const text of [await page.content(), ...heard]) {
    assert.ok(!text.includes(VALUE_MARK), text);
    assert.ok(!text.includes(HOUSE_TOKEN), text);
  }
  assert.deepEqual(visitor.faults, []);
});

Deno.test("status page tells of a browser in trouble and of its recovery while somebody looks", async () => {
  await using house = await statusHouse("healthy");
  await using visitor = await statusVisitor();
  const page = await visitor.open(house.url, WIDE);
  const browser = page.locator("#pipeline li").first();
  await browser.getByText("good").waitFor();

  house.browserHealth.raise("wedged", "error", "Chromium does not answer");
  await browser.getByText("trouble").waitFor();
  await page.locator("#verdict", { hasText: "1 thing is wrong" }).waitFor();
  await page.locator("#faults", { hasText: "Chromium does not answer" }).waitFor();
  house.browserHealth.clear("wedged");
  await browser.getByText("good").waitFor();
  await page.locator("#events", { hasText: "Over: The browser is not ready" }).waitFor();

  await (await fetch(`${house.url}api/snapshot`)).body?.cancel();
  await page.locator("#events", { hasText: "it showed no valid token" }).waitFor();
  assert.deepEqual(visitor.faults, []);
});

Deno.test("status page is live again when the server, or what is before it, was away", async () => {
  await using house = await statusHouse("healthy");
  await using visitor = await statusVisitor();
  const page = await visitor.open(house.url, WIDE);
  const connection = page.locator("#connection");
  await connection.getByText("Live.").waitFor();

  // An ingress without a server behind it answers, and a browser takes that for the stream's end.
  let count = 0;
  await page.route("**/page/events", (route) => {
    count += 1;
    return count === 1 ? route.fulfill({ status: 502 }) : route.continue();
  });
  await house.restart();
  await eventually("a second connection", () => count >= 2);
  await connection.getByText("Live.").waitFor();
  await page.locator("#events", { hasText: /The snapshot server started \d+ s ago/ }).waitFor();

  await page.route(house.url, (route) => route.fulfill({ status: 401 }));
  await house.directory.put("storage-state.json", hostsText({ "example.org": "v" }));
  await connection.getByText("Your login has ended: reload the page.").waitFor();
});

Deno.test("status page reads a crowd's names when they are asked for", async () => {
  await using house = await statusHouse("crowded");
  await using visitor = await statusVisitor();
  const page = await visitor.open(house.url, WIDE);
  await page.locator("#connection", { hasText: "Live." }).waitFor();
  assert.equal(await page.getByRole("rowheader").count(), CROWD.sites);

  await page.getByLabel("Search sites").fill("site-007");
  await page.locator("#sites-caption", { hasText: `1 of ${CROWD.sites} sites` }).waitFor();
  const readers = page.getByRole("link", { name: `of ${CROWD.readers + 1} readers` });
  assert.doesNotMatch(await page.locator("#sites").innerText(), /user-\d/);
  await readers.focus();
  await page.keyboard.press("Enter");
  await page.locator('#sites [aria-expanded="true"]').waitFor();

  assert.match(await page.locator("#sites").innerText(), /: everyone|, everyone/);
  assert.match(await page.locator("#sites").innerText(), /user-001/);
  assert.equal(await page.evaluate("document.activeElement.id"), "readers-site-007.example");
  const more = page.getByText("more readers");
  await more.click();
  await house.directory.put("storage-state.json", hostsText({ "other.test": "v" }));
  await page.getByText("0 of 1 sites").waitFor();
  assert.equal(await page.locator("#more-pulls[open]").count(), 1);
  assert.deepEqual(visitor.faults, []);
});

Deno.test("status page asks a browser for the token as a password where there is no ingress", async () => {
  await using house = await statusHouse("healthy");
  await using visitor = await statusVisitor();
  const page = await visitor.open(house.url, {
    httpCredentials: { username: "anyone", password: HOUSE_TOKEN },
  });

  await page.locator("#connection", { hasText: "Live." }).waitFor();
  const named = house.url.replace("//", `//anyone:${HOUSE_TOKEN}@`);
  await page.goto(named);
  await page.locator("#connection", { hasText: "Live." }).waitFor();

  assert.match(await page.locator("header").innerText(), /for everyone/);
  assert.deepEqual(visitor.faults.filter((text) => !text.startsWith("asked for")), []);
});
