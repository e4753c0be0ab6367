/**
 * The status page in a real Chromium, from the program under its permission set.
 *
 * @module
 */
import assert from "node:assert/strict";
import { chromium, type Page } from "playwright-core";
import { CHROMIUM } from "./support/chromium.ts";
import { freePort } from "./support/free_port.ts";
import { startProgram } from "./support/program.ts";
import { accessText, hostsText, testDirectory } from "./support/snapshot_fixture.ts";

const DEADLINE_MS = 60_000;

async function setUp() {
  const directory = await testDirectory();
  const SNAPSHOT_PATH = await directory.put(
    "s.json",
    hostsText({ "one.example.com": "VALUE1", "example.org": "VALUE2" }),
  );
  const PW_TOKEN_FILE = await directory.put("token", "s3cret-token-0123456789\n");
  const ACCESS_FILE = await directory.put(
    "access.yaml",
    accessText({ ada: { tokens: ["a"] }, grace: { tokens: ["g"], sites: ["example.org"] } }),
  );
  const [port, metricsPort] = [freePort(), freePort()];
  const program = startProgram("snapshot_server", {
    env: {
      SNAPSHOT_PATH,
      PW_TOKEN_FILE,
      ACCESS_FILE,
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      LIVE_VIEW_URL: "https://chrome.example.com/",
      STATUS_TRUSTED_PEERS: "127.0.0.1",
    },
    flags: [
      `--allow-read=${directory.path}`,
      `--allow-net=127.0.0.1:${port},127.0.0.1:${metricsPort}`,
    ],
  });
  await program.line(/listening/, DEADLINE_MS);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: Deno.uid() === 0 ? ["--no-sandbox"] : [],
  });
  const url = `http://127.0.0.1:${port}/`;
  const faults: string[] = [];
  return {
    directory,
    url,
    faults,
    async open(options: Parameters<typeof browser.newContext>[0]): Promise<Page> {
      const page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(DEADLINE_MS);
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("request", (request) => {
        if (!request.url().startsWith(url)) faults.push(`asked for ${request.url()}`);
      });
      await page.goto(url);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await program[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const PERSON = { extraHTTPHeaders: { "x-authentik-username": "ada@example.com" } };

Deno.test("status page follows new generations, searches and sorts when a person looks at it", async () => {
  await using house = await setUp();
  const page = await house.open({ ...PERSON, viewport: { width: 1280, height: 900 } });
  await page.locator("#connection", { hasText: "Live." }).waitFor();
  assert.match(await page.locator("#sites-caption").innerText(), /^2 of 2 sites/);

  await house.directory.put("s.json", hostsText({ "example.org": "VALUE2", "a.test": "VALUE3" }));
  await page.getByRole("rowheader", { name: "a.test" }).waitFor();
  assert.equal(await page.getByRole("rowheader", { name: "example.com" }).count(), 0);

  await page.getByLabel("Search sites").fill("grace");
  await page.locator("#sites-caption", { hasText: "1 of 2 sites" }).waitFor();
  await page.getByLabel("Search sites").fill("");
  await page.locator("#sites-caption", { hasText: "2 of 2 sites" }).waitFor();
  await page.locator("#sort-site").focus();
  await page.keyboard.press("Enter");
  await page.locator('th[aria-sort="descending"] #sort-site').waitFor();

  assert.equal(await page.evaluate("document.activeElement.id"), "sort-site");
  assert.equal(await page.getByRole("rowheader").first().innerText(), "example.org");
  assert.doesNotMatch(await page.content(), /VALUE/);
  assert.deepEqual(house.faults, []);
});

Deno.test("status page says all of it on a phone, in the dark and without JavaScript", async () => {
  await using house = await setUp();
  const page = await house.open({
    ...PERSON,
    javaScriptEnabled: false,
    colorScheme: "dark",
    viewport: { width: 390, height: 844 },
  });

  for (const landmark of ["banner", "main", "contentinfo", "search"] as const) {
    assert.equal(await page.getByRole(landmark).count(), 1, landmark);
  }
  for (const stage of ["browser", "harvest", "publish", "serve", "pulls"]) {
    assert.equal(await page.getByRole("heading", { level: 3, name: stage }).count(), 1, stage);
  }
  const table = page.getByRole("table");
  assert.ok(((await table.boundingBox())?.width ?? Infinity) <= 390);
  assert.equal(await table.getByRole("rowheader").count(), 2);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.match(page.url(), /#main$/);
  await page.getByLabel("Search sites").fill("example.org");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("1 of 2 sites").waitFor();
  await page.getByRole("link", { name: "Expires in" }).click();
  await page.getByText("1 of 2 sites, by expires in").waitFor();
  assert.doesNotMatch(await page.content(), /VALUE/);
  assert.deepEqual(house.faults, []);
});

Deno.test("status page asks a browser for the token as a password where there is no ingress", async () => {
  await using house = await setUp();
  const page = await house.open({
    httpCredentials: { username: "anyone", password: "s3cret-token-0123456789" },
  });

  await page.locator("#connection", { hasText: "Live." }).waitFor();

  assert.match(await page.locator("header").innerText(), /for everyone/);
});
