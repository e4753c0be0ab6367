/**
 * The harvester as a program: it follows the browser, and survives what happens to both.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../core/clock.ts";
import { parseStorageState, type StorageState } from "../snapshot/storage_state.ts";
import { startChromium } from "./support/chromium.ts";
import { eventually } from "./support/eventually.ts";
import { freePort } from "./support/free_port.ts";
import { sitDown } from "./support/person.ts";
import { startProgram, type TestProgram } from "./support/program.ts";
import { startSite } from "./support/site.ts";

interface HarvesterOptions {
  readonly port: number;
  readonly dir: string;
  readonly profile: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function startHarvester({ port, dir, profile, args, env }: HarvesterOptions): TestProgram {
  return startProgram("harvester", {
    args,
    env: {
      CDP_URL: `http://127.0.0.1:${port}`,
      SNAPSHOT_DIR: dir,
      PROFILE_DIR: profile,
      ...env,
    },
    flags: [
      `--allow-net=127.0.0.1:${port},127.0.0.1:${env?.HARVESTER_HEALTH_PORT ?? port}`,
      `--allow-read=${dir},${profile}`,
      `--allow-write=${dir}`,
    ],
  });
}

/** Waits until the snapshot says what is wanted. */
function snapshotWith(
  dir: string,
  isWanted: (state: StorageState) => boolean,
): Promise<StorageState> {
  return eventually("the snapshot saying what is wanted", async () => {
    const state = parseStorageState(await Deno.readTextFile(`${dir}/storage-state.json`));
    return isWanted(state) && state;
  });
}

/** What `/readyz` says: its status and text. */
async function readiness(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  return `${response.status} ${await response.text()}`;
}

const hasCookie = (name: string) => (state: StorageState) =>
  state.cookies.some((cookie) => cookie.name === name);
const hasItem = (value: string) => (state: StorageState) => JSON.stringify(state).includes(value);
const loginSite = () =>
  startSite({
    handle: (request) =>
      new URL(request.url).pathname === "/login"
        ? new Response("in", { headers: { "set-cookie": "session=s1; HttpOnly; Path=/" } })
        : undefined,
  });

Deno.test("harvester --watch follows logins, storage and logouts", async (t) => {
  await using site = loginSite();
  await using browser = await startChromium();
  const dir = await Deno.makeTempDir();
  await using harvester = startHarvester({ ...browser, dir, args: ["--watch"] });
  await harvester.line(/wrote snapshot \(\d+ bytes\) to .*storage-state\.json/);
  using person = await sitDown(browser.address);
  const tab = await person.open(`${site.origin("a")}/`);

  await t.step("a cookie set by a request that is no navigation", async () => {
    await tab.evaluate("fetch('/login')");
    await snapshotWith(dir, hasCookie("session"));
  });
  await t.step("a localStorage item written later by the open tab", async () => {
    await tab.evaluate("localStorage.setItem('token', 'item-1')");
    await snapshotWith(dir, hasItem("item-1"));
    await tab.evaluate("localStorage.setItem('token', 'item-2')");
    await snapshotWith(dir, hasItem("item-2"));
  });
  await t.step("an IndexedDB record written later by the open tab", async () => {
    await tab.evaluate(`new Promise((resolve, reject) => {
      const request = indexedDB.open("db", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("s");
      request.onsuccess = () => {
        globalThis.db = request.result;
        const put = db.transaction("s", "readwrite").objectStore("s").put("record-1", "k");
        put.onsuccess = resolve;
        put.onerror = reject;
      };
    })`);
    await snapshotWith(dir, hasItem("record-1"));
    await tab.evaluate(
      "db.transaction('s', 'readwrite').objectStore('s').put('record-2', 'k'), undefined",
    );
    await snapshotWith(dir, hasItem("record-2"));
  });
  await t.step("a page's own upgrade of a database is not held up", async () => {
    await tab.evaluate(`db.close(); new Promise((resolve, reject) => {
      const request = indexedDB.open("db", 2);
      request.onblocked = () => reject(new Error("blocked"));
      request.onsuccess = () => resolve(request.result.close());
    })`);
  });
  await t.step("a second site in the same tab", async () => {
    await tab.goto(`${site.origin("b")}/`);
    await tab.evaluate("localStorage.setItem('token', 'item-b')");
    await snapshotWith(dir, hasItem("item-b"));
  });
  await t.step("what was removed does not come back", async () => {
    await tab.goto(`${site.origin("a")}/`);
    await tab.evaluate("localStorage.clear(); indexedDB.deleteDatabase('db'); undefined");
    await person.client.send("Storage.clearCookies");
    const state = await snapshotWith(
      dir,
      (one) => one.cookies.length === 0 && one.origins.length === 1,
    );
    assert.equal(state.origins[0]?.origin, site.origin("b"));
  });
  await t.step("SIGTERM ends it with 0", async () => {
    harvester.kill("SIGTERM");
    assert.equal(await harvester.exitCode, 0);
  });
  await Deno.remove(dir, { recursive: true });
});

Deno.test("harvester --watch follows a login while another tab is in an endless loop", async () => {
  await using site = loginSite();
  await using browser = await startChromium();
  const dir = await Deno.makeTempDir();
  await using harvester = startHarvester({ ...browser, dir, args: ["--watch"] });
  await harvester.line(/first harvest done/);
  using person = await sitDown(browser.address);
  const stuck = await person.open(`${site.origin("stuck")}/`);
  await stuck.evaluate("setTimeout(() => { for (;;); }, 0), undefined");

  const tab = await person.open(`${site.origin("a")}/`);
  await tab.evaluate("fetch('/login')");
  await tab.evaluate("localStorage.setItem('token', 'item-1')");

  await snapshotWith(dir, (state) => hasCookie("session")(state) && hasItem("item-1")(state));
  await harvester[Symbol.asyncDispose]();
  await Deno.remove(dir, { recursive: true });
});

Deno.test("harvester --watch goes on when the browser was killed and comes back", async () => {
  await using site = loginSite();
  const profile = await Deno.makeTempDir();
  const dir = await Deno.makeTempDir();
  const port = freePort();
  const healthPort = freePort();
  const env = { HARVESTER_HEALTH_PORT: String(healthPort) };
  await using harvester = startHarvester({ port, dir, profile, args: ["--watch"], env });
  await harvester.line(/connect_over_cdp failed/);
  assert.match(await readiness(healthPort), /^503 error browser_unreachable: connect_over_cdp/);
  {
    await using browser = await startChromium({ profile, port });
    await harvester.line(/watching the browser/);
    assert.equal(await readiness(healthPort), "200 ok\n");
    using person = await sitDown(browser.address);
    const tab = await person.open(`${site.origin("a")}/`);
    // Chromium has not flushed it yet when it is killed; it must not look like a lost login.
    await tab.evaluate("localStorage.setItem('note', 'before')");
    await snapshotWith(dir, hasItem("before"));
    browser.child.kill("SIGKILL");
    await harvester.line(/connection|closed/);
  }
  await using browser = await startChromium({ profile, port });
  using person = await sitDown(browser.address);
  const tab = await person.open(`${site.origin("b")}/`);

  await tab.evaluate("localStorage.setItem('token', 'after')");

  await snapshotWith(dir, hasItem("after"));
  await harvester[Symbol.asyncDispose]();
  await Deno.remove(dir, { recursive: true });
});

Deno.test("harvester ends with its own message and code for each wrong input", async (t) => {
  const dir = await Deno.makeTempDir();
  const port = freePort();
  const cases: readonly [string, readonly string[], Record<string, string>, number, RegExp][] = [
    ["nobody on the port", [], {}, 3, /^harvester: connect_over_cdp failed: No browser answers/],
    ["both modes", ["--once", "--watch"], {}, 2, /^harvester: --once and --watch cannot be used/],
    [
      "an unknown flag",
      ["--onec"],
      {},
      2,
      /^harvester: Unknown option "--onec", did you mean "--once"\?/,
    ],
    ["an argument", ["now"], {}, 2, /^harvester: Too many arguments/],
    [
      "two wrong variables",
      [],
      { CDP_URL: "localhost", SNAPSHOT_DIR: "snapshots" },
      2,
      /CDP_URL must be an http: or https: URL; SNAPSHOT_DIR is "snapshots", must be an absolute/,
    ],
    ["a wrong log level", [], { LOG_LEVEL: "loud" }, 2, /LOG_LEVEL is "loud", must be one of/],
  ];
  for (const [name, args, env, code, message] of cases) {
    await t.step(name, async () => {
      const harvester = startHarvester({ port, dir, profile: dir, args, env });

      assert.equal(await harvester.exitCode, code, harvester.lines.join("\n"));

      assert.equal(harvester.lines.length, 1, harvester.lines.join("\n"));
      assert.match(harvester.lines[0] ?? "", message);
    });
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("harvester leaves a whole snapshot whenever it is killed", async () => {
  await using site = loginSite();
  await using browser = await startChromium();
  const dir = await Deno.makeTempDir();
  using person = await sitDown(browser.address);
  const tab = await person.open(`${site.origin("a")}/`);
  const first = startHarvester({ ...browser, dir, args: ["--once"] });
  assert.equal(await first.exitCode, 0, first.lines.join("\n"));
  let round = 0;
  let isDone = false;
  let reads = 0;
  const reading = (async () => {
    while (!isDone) {
      try {
        parseStorageState(await Deno.readTextFile(`${dir}/storage-state.json`));
        reads++;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      await systemClock.sleep(1);
    }
  })();
  for (; round < 10; round++) {
    await tab.evaluate(`localStorage.setItem("k", "${round} " + "x".repeat(1_000_000))`);
    const harvester = startHarvester({ ...browser, dir, args: ["--watch"] });
    if (round % 2 === 0) await harvester.line(/watching the browser/);
    // Somewhere between reading and renaming, at another place every time.
    await systemClock.sleep(round * 90);
    harvester.kill("SIGKILL");
    await harvester.exitCode;
  }
  isDone = true;
  await reading;

  const last = startHarvester({ ...browser, dir, args: ["--once"] });

  assert.equal(await last.exitCode, 0, last.lines.join("\n"));
  await snapshotWith(dir, hasItem(`${round - 1} xxx`));
  const names = (await Array.fromAsync(Deno.readDir(dir))).map((entry) => entry.name).sort();
  assert.ok(names.every((name) => !name.endsWith(".tmp")), names.join());
  assert.ok(reads > 0);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("harvester --once reads only origins that may have changed since the last one", async () => {
  await using site = loginSite();
  await using browser = await startChromium();
  const dir = await Deno.makeTempDir();
  const quiet = Array.from({ length: 20 }, (_, n) => `https://quiet-${n}.example`);
  await Deno.writeTextFile(`${dir}/known-origins.json`, JSON.stringify(quiet));
  const harvest = async () => {
    const env = { LOG_LEVEL: "debug", LOG_FORMAT: "json" };
    const harvester = startHarvester({ ...browser, dir, args: ["--once"], env });
    assert.equal(await harvester.exitCode, 0, harvester.lines.join("\n"));
    const over = JSON.parse(harvester.lines.find((line) => line.includes("pass over")) ?? "{}");
    return { read: over.read, kept: over.kept };
  };
  using person = await sitDown(browser.address);

  assert.deepEqual(await harvest(), { read: 20, kept: 0 });
  // The reading itself gave each origin a quota bucket, which is a trace nobody knew of.
  await eventually("the traces being known", async () => (await harvest()).kept === 20);
  const tab = await person.open(`${site.origin("a")}/`);
  await tab.evaluate("localStorage.setItem('k', 'item-a')");
  assert.deepEqual(await harvest(), { read: 1, kept: 20 });

  await snapshotWith(dir, hasItem("item-a"));
  // Somebody else published since: what this harvester remembers says nothing any more.
  await Deno.writeTextFile(`${dir}/storage-state.json`, '{"cookies":[],"origins":[]}');
  assert.deepEqual(await harvest(), { read: 21, kept: 0 });
  await snapshotWith(dir, hasItem("item-a"));
  await Deno.remove(dir, { recursive: true });
});
