/**
 * What a real browser does to a snapshot: restarts, logouts and a profile that is gone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import type { GenerationReport } from "../snapshot/generation_report.ts";
import { parseStorageState, type StorageState } from "../snapshot/storage_state.ts";
import { startChromium, type TestChromium } from "./support/chromium.ts";
import { eventually } from "./support/eventually.ts";
import { freePort } from "./support/free_port.ts";
import { sitDown } from "./support/person.ts";
import { ROOT, startProgram, type TestProgram } from "./support/program.ts";
import { startSite, type TestSite } from "./support/site.ts";

const YEAR = 31_536_000;

/** Sites where a person logs in for this run, logs in to stay, and logs out. */
function loginSite(): TestSite {
  const cookies: Readonly<Record<string, readonly string[]>> = {
    "/session": ["session=s1; HttpOnly; Path=/"],
    "/stay": ["session=s1; HttpOnly; Path=/", `stay=p1; HttpOnly; Max-Age=${YEAR}; Path=/`],
    "/logout": ["session=; HttpOnly; Max-Age=0; Path=/", "stay=; HttpOnly; Max-Age=0; Path=/"],
  };
  return startSite({
    handle(request) {
      const headers = new Headers({ "content-type": "text/html" });
      for (const cookie of cookies[new URL(request.url).pathname] ?? []) {
        headers.append("set-cookie", cookie);
      }
      return new Response("<p>page", { headers });
    },
  });
}

interface Place {
  readonly port: number;
  readonly dir: string;
  readonly profile: string;
}

async function place(): Promise<Place & AsyncDisposable> {
  const root = await Deno.makeTempDir({ prefix: "hearth-guard-" });
  return {
    port: freePort(),
    dir: `${root}/snapshots`,
    profile: `${root}/profile`,
    [Symbol.asyncDispose]: () =>
      eventually("removing the profile", async () => {
        await Deno.remove(root, { recursive: true });
        return true;
      }).then(() => {}),
  };
}

function harvester({ port, dir, profile }: Place, ...args: string[]): TestProgram {
  return startProgram("harvester", {
    args,
    env: { CDP_URL: `http://127.0.0.1:${port}`, SNAPSHOT_DIR: dir, PROFILE_DIR: profile },
    flags: [
      `--allow-net=127.0.0.1:${port}`,
      `--allow-read=${dir},${profile}`,
      `--allow-write=${dir}`,
    ],
  });
}

async function run(at: Place, code: number, ...args: string[]): Promise<string> {
  const program = harvester(at, ...args);
  assert.equal(await program.exitCode, code, program.lines.join("\n"));
  return program.lines.join("\n");
}

async function list(at: Place): Promise<GenerationReport> {
  return JSON.parse(await run(at, 0, "--list", "--json"));
}

async function snapshot({ dir }: Place): Promise<StorageState> {
  return parseStorageState(await Deno.readTextFile(`${dir}/storage-state.json`));
}

async function cookieNames(at: Place): Promise<readonly string[]> {
  return (await snapshot(at)).cookies.map(({ name, domain }) => `${name} ${domain}`).sort();
}

/** Goes to pages, one after the other, and closes the tab. */
async function visit(browser: TestChromium, ...urls: readonly string[]): Promise<void> {
  using person = await sitDown(browser.address);
  for (const url of urls) {
    const tab = await person.open(url);
    await tab.close();
  }
}

/** Lets Chromium write everything to the profile. */
async function closeProperly(browser: TestChromium): Promise<void> {
  using person = await sitDown(browser.address);
  await person.client.send("Browser.close");
  await browser.child.ended;
}

Deno.test("harvester keeps and marks session cookies when the browser was killed, until it is used again", async () => {
  await using site = loginSite();
  await using at = await place();
  {
    await using browser = await startChromium(at);
    await visit(browser, `${site.origin("a")}/session`, `${site.origin("b")}/session`);
    await run(at, 0, "--once");
    browser.child.kill("SIGKILL");
    await browser.child.ended;
  }
  await using browser = await startChromium(at);
  using person = await sitDown(browser.address);
  assert.deepEqual((await person.client.send("Storage.getCookies")).cookies, []);

  await run(at, 0, "--once");

  assert.deepEqual(await cookieNames(at), ["session a.localhost", "session b.localhost"]);
  const kept = (await list(at)).generations[0]?.keptSessionCookies ?? [];
  assert.deepEqual(kept.map(({ name, domain, path }) => [name, domain, path]), [
    ["session", "a.localhost", "/"],
    ["session", "b.localhost", "/"],
  ]);
  const text = await Deno.readTextFile(`${at.dir}/manifest.json`);
  assert.ok(!text.includes("s1"), "the manifest holds no value");
  assert.match(await run(at, 0, "--list"), /current, 2 kept session cookies/);

  // A login anew is the browser's own again, and a visit without one is a logout that was seen.
  await visit(browser, `${site.origin("a")}/session`);
  const tab = await person.open(`${site.origin("b")}/`);
  await run(at, 0, "--once");

  assert.deepEqual(await cookieNames(at), ["session a.localhost"]);
  assert.deepEqual((await list(at)).generations[0]?.keptSessionCookies, []);
  await tab.close();
  await run(at, 0, "--once");
  assert.deepEqual(await cookieNames(at), ["session a.localhost"], "it does not come back");
});

Deno.test("harvester --watch honours a logout, also after a restart, and does not bring it back", async () => {
  await using site = loginSite();
  await using at = await place();
  await using watching = harvester(at, "--watch");
  const names = (wanted: readonly string[]) =>
    eventually(`the snapshot holding ${wanted}`, async () => {
      assert.deepEqual(await cookieNames(at), wanted);
      return true;
    }, 120_000);
  {
    await using browser = await startChromium(at);
    await visit(browser, `${site.origin("a")}/stay`, `${site.origin("b")}/stay`);
    await names([
      "session a.localhost",
      "session b.localhost",
      "stay a.localhost",
      "stay b.localhost",
    ]);

    await visit(browser, `${site.origin("a")}/logout`);

    await names(["session b.localhost", "stay b.localhost"]);
    await closeProperly(browser);
  }
  await using browser = await startChromium(at);
  await eventually("the kept cookie being marked", async () => {
    const text = await Deno.readTextFile(`${at.dir}/manifest.json`);
    return /"keptSessionCookies": \[\s*\{\s*"name": "session",\s*"domain": "b\./.test(text);
  }, 120_000);
  await names(["session b.localhost", "stay b.localhost"]);

  await visit(browser, `${site.origin("b")}/logout`);

  await names([]);
  assert.deepEqual(watching.lines.filter((line) => line.includes("Refused to publish")), []);
});

Deno.test("harvester --once refuses a wiped profile with 5 and names the sites, until it is forced", async () => {
  await using site = loginSite();
  await using at = await place();
  {
    await using browser = await startChromium(at);
    await visit(browser, `${site.origin("a")}/stay`, `${site.origin("b")}/stay`);
    await run(at, 0, "--once");
    await closeProperly(browser);
  }
  const before = await Deno.readTextFile(`${at.dir}/storage-state.json`);
  await Deno.remove(at.profile, { recursive: true });
  await using _browser = await startChromium(at);

  const said = await run(at, 5, "--once");

  assert.match(
    said,
    /Refused to publish: the browser has no cookies at all, and nobody was seen to log out of a\.localhost \(1 cookie\), b\.localhost \(1 cookie\); generation 1 stays/,
  );
  assert.equal(await Deno.readTextFile(`${at.dir}/storage-state.json`), before);
  const { lastRefusal } = await list(at);
  assert.deepEqual(lastRefusal?.sites.map((one) => one.site), ["a.localhost", "b.localhost"]);

  await run(at, 0, "--once", "--force");

  assert.deepEqual((await snapshot(at)).cookies, []);
  assert.equal((await list(at)).lastRefusal, null);

  assert.match(await run(at, 1, "--restore", "7"), /it is not there, there are 1, 2 \(current\)/);
  await run(at, 0, "--restore", "1");
  assert.equal(await Deno.readTextFile(`${at.dir}/storage-state.json`), before);
  await run(at, 5, "--once");
  assert.equal(
    await Deno.readTextFile(`${at.dir}/storage-state.json`),
    before,
    "it stays restored",
  );
});

Deno.test("harvester --watch says a refusal once, serves the last good one and recovers", async () => {
  await using site = loginSite();
  await using at = await place();
  const stays = [`${site.origin("a")}/stay`, `${site.origin("b")}/stay`];
  await using watching = harvester(at, "--watch");
  {
    await using browser = await startChromium(at);
    await visit(browser, ...stays);
    await eventually("both logins being harvested", async () => {
      return (await cookieNames(at)).length === 4;
    });
    await closeProperly(browser);
  }
  const before = await Deno.readTextFile(`${at.dir}/storage-state.json`);
  await Deno.remove(at.profile, { recursive: true });
  await using browser = await startChromium(at);

  await watching.line(/Refused to publish: .*a\.localhost.*b\.localhost/, 120_000);

  // One site logged in again is not enough: the other one is still missing.
  await visit(browser, `${site.origin("c")}/stay`);
  await watching.line(/Refused to publish: the browser was restarted .*b\.localhost/, 120_000);
  assert.equal(await Deno.readTextFile(`${at.dir}/storage-state.json`), before);
  await visit(browser, ...stays);
  await watching.line(/the snapshot is published again/, 120_000);

  assert.equal((await cookieNames(at)).length, 6);
  const refusals = watching.lines.filter((line) => line.includes("Refused to publish"));
  assert.equal(new Set(refusals.map((line) => JSON.parse(line).msg)).size, refusals.length);
});

const canMount = (await runCommand("unshare", ["-rm", "true"])).code === 0;

Deno.test({
  name: "harvester says that the disk is read-only and leaves the snapshot as it is",
  // A read-only disk of one's own needs a user namespace, which some machines forbid.
  ignore: !canMount,
  async fn() {
    await using at = await place();
    await using _browser = await startChromium(at);
    await Deno.mkdir(at.dir);
    const flags = [
      `--allow-net=127.0.0.1:${at.port}`,
      `--allow-read=${at.dir},${at.profile}`,
      `--allow-write=${at.dir}`,
    ].join(" ");
    const harvest =
      `${Deno.execPath()} run -q --no-prompt --cached-only --frozen -P=harvester ${flags} ${ROOT}harvester.ts`;

    const { stdout, stderr } = await runCommand("unshare", [
      "-rm",
      "sh",
      "-c",
      `mount -t tmpfs tmpfs ${at.dir} && ${harvest} && mount -o remount,ro ${at.dir} && cd ${at.dir} &&
        sha256sum storage-state.json; ${harvest}; echo "exit $?"; sha256sum storage-state.json; ls -A`,
    ], {
      env: {
        CDP_URL: `http://127.0.0.1:${at.port}`,
        SNAPSHOT_DIR: at.dir,
        PROFILE_DIR: at.profile,
      },
      deadlineMs: 60_000,
    });

    assert.match(stdout, /^(.{64}) .*\nexit 1\n\1 /, stderr);
    assert.match(
      stderr,
      /harvester: Cannot use the snapshot directory ".*": Read-only file system/,
    );
    assert.doesNotMatch(stdout, /\.tmp/);
  },
});
