/**
 * What every client of the matrix does.
 *
 * @module
 */

/** What is done, in order. */
export const STEPS = [
  "connect",
  "new context",
  "navigate",
  "evaluate",
  "20 MB result",
  "screenshot",
  "download",
  "close",
] as const;

/** One of them. */
export type Step = typeof STEPS[number];

/** Where to do it. */
export interface Place {
  /** The bridge's address, such as `http://chrome-service:9222`. */
  readonly url: string;
  /** A site with a page at `/` and a download at `/file`. */
  readonly site: string;
  /** A folder for downloads. */
  readonly folder: string;
}

/** A client that is connected. */
export interface DrivenClient {
  /** Makes a context of its own with a page in it. */
  newContext(): Promise<void>;
  /** Opens an address in that page, and gives its title. */
  navigate(url: string): Promise<string>;
  /** Evaluates in that page. */
  evaluate(expression: string): Promise<unknown>;
  /** Takes a picture; its size in bytes. */
  screenshot(): Promise<number>;
  /** Downloads what an address sends; its text. */
  download(url: string, folder: string): Promise<string>;
  /** Ends, in the way the library's users do. */
  close(): Promise<void>;
}

/** One way to use a bridge. */
export interface Driver {
  /** Its name in the matrix. */
  readonly name: string;
  /** Connects as the library's users do. */
  connect(url: string): Promise<DrivenClient>;
}

/** Does every step, and says what came of each. */
export async function drive(driver: Driver, place: Place): Promise<Partial<Record<Step, string>>> {
  const outcome: Partial<Record<Step, string>> = {};
  const state: { client?: DrivenClient } = {};
  const client = () => {
    if (state.client === undefined) throw new Error("not connected");
    return state.client;
  };
  const acts: Record<Step, () => Promise<boolean>> = {
    "connect": async () => (state.client = await driver.connect(place.url)) !== undefined,
    "new context": async () => (await client().newContext(), true),
    "navigate": async () => await client().navigate(`${place.site}/`) === "sample",
    "evaluate": async () => await client().evaluate("6 * 7") === 42,
    "20 MB result": async () =>
      String(await client().evaluate("'x'.repeat(20_000_000)")).length === 20_000_000,
    "screenshot": async () => await client().screenshot() > 1_000,
    "download": async () =>
      await client().download(`${place.site}/file`, place.folder) === "downloaded",
    "close": async () => (await client().close(), true),
  };
  for (const step of STEPS) {
    try {
      outcome[step] = await acts[step]() ? "yes" : "wrong answer";
    } catch (error) {
      outcome[step] = String(error).split("\n")[0] ?? "failed";
    }
  }
  return outcome;
}
