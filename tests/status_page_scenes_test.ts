/**
 * The status page in a real Chromium: every scene, by day and by night, on a wall and on a phone.
 *
 * `HEARTH_SCREENSHOTS=DIR` keeps a picture of each.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { ROOT } from "./support/program.ts";
import { statusHouse } from "./support/status_house.ts";
import { SCENES } from "./support/status_scene.ts";
import { statusVisitor } from "./support/status_visitor.ts";

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 320, height: 640 };
const VIEWS = {
  wide_light: { viewport: WIDE, colorScheme: "light" },
  narrow_dark: { viewport: NARROW, colorScheme: "dark" },
} as const;

/** For a person's eye: they add nothing that a test would find. */
const MORE_VIEWS = {
  wide_dark: { viewport: WIDE, colorScheme: "dark" },
  narrow_light: { viewport: NARROW, colorScheme: "light" },
} as const;

const VERDICTS = {
  empty: "1 thing is wrong",
  healthy: "Works: 2 logins end within a day",
  stale: "1 thing is wrong",
  refused: "1 thing is wrong",
  crowded: "Works: 5 logins end within a day",
};

for (const scene of SCENES) {
  Deno.test(`status page is clean for axe, says its verdict and fits any screen when ${scene}`, async () => {
    await using house = await statusHouse(scene);
    await using visitor = await statusVisitor();
    const views = Deno.env.has("HEARTH_SCREENSHOTS") ? { ...VIEWS, ...MORE_VIEWS } : VIEWS;
    for (const [name, view] of Object.entries(views)) {
      const page = await visitor.open(house.url, view);
      await page.locator("#connection", { hasText: "Live." }).waitFor();

      assert.equal(await page.locator("#verdict").innerText(), VERDICTS[scene]);
      assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name);
      await keepPicture(page, `${scene}_${name}`);
      // Of hundreds of rows axe says what it says of a few, and takes long.
      if (scene === "crowded") await page.goto(`${house.url}?q=site-00&readers=site-007.example`);
      assert.deepEqual(await axe(page), [], name);
      await page.context().close();
    }
    assert.deepEqual(visitor.faults, []);
  });
}

Deno.test("status page is walked with the keyboard alone, and shows where one is", async () => {
  await using house = await statusHouse("crowded");
  await using visitor = await statusVisitor();
  const page = await visitor.open(house.url, VIEWS.wide_light);
  await page.locator("#connection", { hasText: "Live." }).waitFor();
  const stops: string[] = [];
  for (let step = 0; step < 10; step++) {
    await page.keyboard.press("Tab");
    stops.push(
      await page.evaluate(() => {
        // What runs in the page knows the page's globals.
        const { document, getComputedStyle } = globalThis as unknown as {
          document: { activeElement: { textContent: string; id: string } };
          getComputedStyle(element: unknown): { outlineStyle: string };
        };
        const { activeElement: at } = document;
        const outline = getComputedStyle(at).outlineStyle;
        return `${at.id || at.textContent.trim()} ${outline}`;
      }),
    );
  }

  assert.deepEqual(stops, [
    "Skip to the status solid",
    "Open the live view solid",
    "q solid",
    "Search solid",
    "sort-site solid",
    "sort-login solid",
    "sort-expires solid",
    "sort-changed solid",
    "sort-readers solid",
    "readers-site-000.example solid",
  ]);
  assert.deepEqual(visitor.faults, []);
});

Deno.test("status page says all of it on a phone, in the dark and without JavaScript", async () => {
  await using house = await statusHouse("healthy");
  await using visitor = await statusVisitor();
  const page = await visitor.open(house.url, { ...VIEWS.narrow_dark, javaScriptEnabled: false });

  for (const landmark of ["banner", "main", "contentinfo", "search"] as const) {
    assert.equal(await page.getByRole(landmark).count(), 1, landmark);
  }
  for (const stage of ["browser", "harvest", "publish", "serve", "pulls"]) {
    assert.equal(await page.getByRole("heading", { level: 3, name: stage }).count(), 1, stage);
  }
  const table = page.getByRole("table");
  assert.equal(await table.getByRole("rowheader").count(), 12);
  assert.equal(await table.getByRole("rowheader").first().innerText(), "github.com");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.match(page.url(), /#main$/);
  await page.getByLabel("Search sites").fill("edsger");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("1 of 12 sites").waitFor();
  await page.getByRole("link", { name: "Changed" }).click();
  await page.getByText("1 of 12 sites, by changed").waitFor();
  assert.deepEqual(visitor.faults, []);
});

/** What axe-core minds. The page's own policy holds: DevTools evaluates beside it. */
async function axe(page: Page): Promise<readonly string[]> {
  await page.evaluate(await Deno.readTextFile(`${ROOT}node_modules/axe-core/axe.min.js`));
  const { violations } = await page.evaluate("axe.run()") as {
    violations: readonly { id: string; nodes: readonly { html: string }[] }[];
  };
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("HEARTH_SCREENSHOTS");
  if (folder === undefined) return;
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: !name.startsWith("crowded") });
}
