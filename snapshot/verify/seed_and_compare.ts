/**
 * Seeds a snapshot into a throw-away Chromium, as every agent session does, and compares.
 *
 * Playwright's seeding is all or nothing: one cookie or origin that Chromium does not take makes the whole
 * context fail. Then the culprits are found by halving, and the rest is seeded without them.
 *
 * @module
 */
import type { Browser, BrowserContext } from "playwright-core";
import { errorText } from "../../core/error_text.ts";
import { cookieIdentity } from "../guard/cookie_identity.ts";
import type { StateCookie, StorageState } from "../storage_state.ts";
import {
  compareCookies,
  compareOrigin,
  type CookieArrival,
  type OriginArrival,
} from "./compare_state.ts";
import { type Culprit, findCulprits } from "./find_culprits.ts";
import { readContents } from "./read_content.ts";

/** What arrived. */
export interface Arrivals {
  /** Cookie by cookie, in the order of the snapshot. */
  readonly cookies: readonly CookieArrival[];
  /** Origin by origin, in the order of the snapshot. */
  readonly origins: readonly OriginArrival[];
}

/** What it works with. */
export interface SeedOptions {
  /** The snapshot. */
  state: StorageState;
  /** A browser to seed it into. */
  browser: Browser;
  /** When, in milliseconds since the epoch. */
  nowMs: number;
}

/** Seeds, reads back and compares. */
export async function seedAndCompare({ state, browser, nowMs }: SeedOptions): Promise<Arrivals> {
  const { cookies, origins } = state;
  // A cookie's fault names no value; an origin's may quote what it could not restore.
  async function fault(part: StorageState): Promise<string | undefined> {
    try {
      await (await seed(browser, part)).close();
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }
  let badCookies: readonly Culprit<StateCookie>[] = [];
  let badOrigins: readonly Culprit<StorageState["origins"][number]>[] = [];
  if (await fault(state) !== undefined) {
    badCookies = await findCulprits(cookies, (some) => fault({ cookies: [...some], origins: [] }));
    badOrigins = await findCulprits(origins, (some) => fault({ cookies: [], origins: [...some] }));
  }
  const leftOut = new Set<unknown>([...badCookies, ...badOrigins].map(({ item }) => item));
  const context = await seed(browser, {
    cookies: cookies.filter((cookie) => !leftOut.has(cookie)),
    origins: origins.filter((origin) => !leftOut.has(origin)),
  });
  try {
    const arrived = await context.cookies() as StateCookie[];
    const refusals = new Map(badCookies.map(({ item, reason }) => [cookieIdentity(item), reason]));
    const contents = await readContents(context, origins.map(({ origin }) => origin));
    return {
      cookies: compareCookies(cookies, arrived, nowMs, refusals),
      origins: origins.map((expected) => {
        const { origin } = expected;
        const found = contents.get(origin);
        const content = found !== undefined && "content" in found ? found.content : NOTHING;
        const refused = badOrigins.find(({ item }) => item === expected)?.reason ??
          (found !== undefined && "fault" in found ? found.fault : undefined);
        const items = compareOrigin(expected, content);
        return { origin, items, ...(refused === undefined ? {} : { refused }) };
      }),
    };
  } finally {
    await context.close();
  }
}

/** What Chromium or Playwright said, without the frame around it and without a stack. */
function reasonOf(error: unknown): string {
  const text = errorText(error).replace(
    /^(?:browser\.newContext: |Error setting storage state:;? ?)*/,
    "",
  );
  return (text.split("; ")[0] || "no reason was given").slice(0, 200);
}

const NOTHING = { localStorage: [], databases: [], files: [] };

function seed(browser: Browser, { cookies, origins }: StorageState): Promise<BrowserContext> {
  // Its type knows nothing of IndexedDB and private files; the browser side takes them.
  return browser.newContext({ storageState: { cookies, origins } as SeedState });
}

type SeedState = Exclude<
  NonNullable<Parameters<Browser["newContext"]>[0]>["storageState"],
  string | undefined
>;
