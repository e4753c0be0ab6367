/**
 * How much of a browser's state reaches another one: Hearth beside Playwright's `storageState()` over CDP.
 *
 * One Chromium is filled with random cookies and storage, all tabs are closed, and both read it
 * through a new connection. What a fresh context then holds is compared with what went in.
 *
 * @module
 */
import fc from "fast-check";
import { type Browser, chromium } from "playwright-core";
import { startChromium, type TestChromium } from "../tests/support/chromium.ts";
import { cookieIdentity } from "../tests/support/cookie_identity.ts";
import { fillScripts, setRandomCookies } from "../tests/support/ground_truth.ts";
import { type Person, sitDown } from "../tests/support/person.ts";
import { startProgram } from "../tests/support/program.ts";
import { startSite, type TestSite } from "../tests/support/site.ts";
import { DESCRIBE_STORAGE } from "../tests/support/storage_zoo.ts";
import type { BrowserCookie } from "../snapshot/harvest/cookies.ts";
import type { BenchReport, Figures } from "./report.ts";

const ORIGINS = 300;
const COOKIES = 3_000;
const SEED = 4;

/** What went in: lines that describe storage by origin, and cookies. */
interface Truth {
  readonly storage: ReadonlyMap<string, readonly string[]>;
  readonly cookies: readonly string[];
}

/** Fills one browser and measures both ways of reading it. */
export async function measure(): Promise<BenchReport> {
  await using site = startSite();
  await using source = await startChromium();
  await using target = await startChromium();
  const dir = await Deno.makeTempDir({ prefix: "hearth-bench-" });
  using person = await sitDown(source.address);
  const truth = await fill(person, site);
  await Deno.writeTextFile(`${dir}/known-origins.json`, JSON.stringify([...truth.storage.keys()]));
  const seeded = await chromium.connectOverCDP(target.address);
  try {
    const ours = await compare(seeded, await harvest(source, dir), truth);
    const peer = await compare(seeded, await plainStorageState(source, dir), truth);
    return {
      name: "fidelity",
      unit: "share that arrives, in %",
      cases: { "hearth": ours, "storageState() over CDP": peer },
      ratios: { "storage, ours/peer": (ours.storage ?? 0) / Math.max(1, peer.storage ?? 0) },
      notes: [
        `${truth.cookies.length} cookies, ${ORIGINS} origins, ` +
        `${[...truth.storage.values()].flat().length} items and records; all tabs closed`,
      ],
    };
  } finally {
    await seeded.close();
    await Deno.remove(dir, { recursive: true });
  }
}

async function fill(person: Person, site: TestSite): Promise<Truth> {
  await setRandomCookies(person.client, COOKIES, SEED);
  const storage = new Map<string, readonly string[]>();
  const tab = await person.open(`${site.origin("first")}/`);
  for (const [n, script] of fc.sample(fillScripts(), { numRuns: ORIGINS, seed: SEED }).entries()) {
    const origin = site.origin(`o${n}`);
    await tab.goto(`${origin}/`);
    await tab.evaluate(script);
    storage.set(origin, await tab.evaluate(DESCRIBE_STORAGE) as string[]);
  }
  await tab.close();
  const { cookies } = await person.client.send("Storage.getCookies");
  return { storage, cookies: cookies.map(cookieIdentity) };
}

async function harvest(source: TestChromium, dir: string): Promise<string> {
  const program = startProgram("harvester", {
    env: { CDP_URL: source.address, SNAPSHOT_DIR: dir, PROFILE_DIR: source.profile },
    flags: [
      `--allow-net=127.0.0.1:${source.port}`,
      `--allow-read=${dir},${source.profile}`,
      `--allow-write=${dir}`,
    ],
  });
  if (await program.exitCode !== 0) throw new Error(program.lines.join("\n"));
  return `${dir}/storage-state.json`;
}

async function plainStorageState(source: TestChromium, dir: string): Promise<string> {
  const browser = await chromium.connectOverCDP(source.address);
  try {
    const path = `${dir}/plain.json`;
    await browser.contexts()[0]?.storageState({ path, indexedDB: true });
    return path;
  } finally {
    await browser.close();
  }
}

/** Seeds a fresh context and counts what is there. */
async function compare(browser: Browser, path: string, truth: Truth): Promise<Figures> {
  const cdp = await browser.newBrowserCDPSession();
  const before = new Set((await cdp.send("Target.getBrowserContexts")).browserContextIds);
  const context = await browser.newContext({ storageState: path });
  const { browserContextIds } = await cdp.send("Target.getBrowserContexts");
  const browserContextId = browserContextIds.find((id) => !before.has(id)) ?? "";
  const { cookies } = await cdp.send("Storage.getCookies", { browserContextId });
  const arrived = new Set((cookies as BrowserCookie[]).map(cookieIdentity));
  let lines = 0;
  let found = 0;
  const page = await context.newPage();
  for (const [origin, wanted] of truth.storage) {
    await page.goto(`${origin}/`);
    const there = new Set(await page.evaluate<string[]>(DESCRIBE_STORAGE));
    lines += wanted.length;
    found += wanted.filter((line) => there.has(line)).length;
  }
  await context.close();
  await cdp.detach();
  return {
    cookies: 100 * truth.cookies.filter((one) => arrived.has(one)).length / truth.cookies.length,
    storage: 100 * found / lines,
  };
}
