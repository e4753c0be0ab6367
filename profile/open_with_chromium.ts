/**
 * Opens a profile with a real Chromium, to see whether it still knows its cookies.
 *
 * Chromium replaces what it cannot read by something empty and says nothing, so the question is
 * not whether it starts but whether each cookie of the database comes out of it.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { connectCdp } from "../cdp/client.ts";
import { discoverBrowser } from "../cdp/discover.ts";
import type { Clock } from "../core/clock.ts";
import { Fault } from "../core/fault.ts";
import { startChild } from "../core/process.ts";

/** What to open and how. */
export interface OpenOptions {
  /** The profile; Chromium writes to it. */
  readonly profileDir: string;
  /** The Chromium to start. */
  readonly chromium: string;
  /** A free port of 127.0.0.1 for its DevTools. */
  readonly port: number;
  /** Time. */
  readonly clock: Clock;
}

/** How long it may take to start, in milliseconds. */
const START_MS = 60_000;
/** From 1601-01-01, in microseconds, as Chromium counts. */
const EPOCH_1601_SECONDS = 11_644_473_600;

/**
 * Opens it, and closes it again.
 *
 * @returns How many cookies that last are in the database, all of which Chromium gave back.
 * @throws {Fault} When Chromium does not start, or knows fewer.
 */
export async function openWithChromium(options: OpenOptions): Promise<{ cookies: number }> {
  const { profileDir, chromium, port, clock } = options;
  const expected = lastingCookies(profileDir, clock.now());
  const lines: string[] = [];
  const child = startChild({
    command: chromium,
    args: [
      "--headless=new",
      `--remote-debugging-port=${port}`,
      `--user-data-dir=${profileDir}`,
      "--password-store=basic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-extensions",
      "--disable-sync",
      // No page is opened and no name is looked up, so there is nothing to keep in a sandbox.
      "--no-sandbox",
      "--host-resolver-rules=MAP * ~NOTFOUND",
      "about:blank",
    ],
    onLine: (line) => lines.push(line),
  });
  const ended = new AbortController();
  child.ended.then(() => ended.abort());
  try {
    const address = `http://127.0.0.1:${port}`;
    const webSocketUrl = await answering(address, ended.signal, clock, lines);
    using client = await connectCdp(webSocketUrl);
    const { cookies } = await client.send("Storage.getCookies", {});
    const known = new Set(cookies.map(({ domain, path, name }) => `${domain} ${path} ${name}`));
    const missing = expected.filter((cookie) => !known.has(cookie));
    if (missing.length > 0) {
      throw new Fault(
        `Chromium knows ${
          expected.length - missing.length
        } of the profile's ${expected.length} cookies, must know all`,
      );
    }
    return { cookies: expected.length };
  } finally {
    await child.stop(5_000);
  }
}

async function answering(
  address: string,
  ended: AbortSignal,
  clock: Clock,
  lines: readonly string[],
): Promise<string> {
  const lateMs = clock.monotonic() + START_MS;
  while (!ended.aborted && clock.monotonic() < lateMs) {
    try {
      return (await discoverBrowser(address, 2_000)).webSocketUrl;
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      await clock.sleep(50);
    }
  }
  const said = lines.findLast((line) => line.trim() !== "") ?? "nothing";
  throw new Fault(`Chromium does not open the profile: its last words are "${said}"`);
}

/** The cookies that last and have not expired, as `domain path name`. */
function lastingCookies(profileDir: string, nowMs: number): readonly string[] {
  const path = [`${profileDir}/Default/Cookies`, `${profileDir}/Default/Network/Cookies`].find(
    isFile,
  );
  if (path === undefined) return [];
  using database = new DatabaseSync(path, { readOnly: true });
  // Those that expire while Chromium starts are nobody's loss.
  const soon = (nowMs / 1_000 + EPOCH_1601_SECONDS + 300) * 1_000_000;
  const rows = database.prepare(
    "SELECT host_key, path, name FROM cookies WHERE is_persistent = 1 AND expires_utc > ?",
  ).all(BigInt(Math.floor(soon)));
  return rows.map((row) => `${row.host_key} ${row.path} ${row.name}`);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
