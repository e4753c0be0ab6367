/**
 * What `browser.ts` says when it cannot start, and what survives when it is stopped.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { CdpClient } from "../cdp/client.ts";
import { systemClock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { claimProfile } from "../core/profile_claim.ts";
import { eventually } from "../tests/support/eventually.ts";
import { tempProfile } from "../tests/support/temp_profile.ts";
import {
  startReadyBrowser,
  startWarmBrowser,
  type WarmBrowser,
} from "../tests/support/warm_browser.ts";

Deno.test("browser.ts says once, loudly, that Chromium dies at every start", async () => {
  const script = await Deno.makeTempFile({ prefix: "hearth-dying-", suffix: ".sh" });
  await Deno.writeTextFile(script, "#!/bin/sh\necho cannot find my libraries\nexit 1\n");
  await Deno.chmod(script, 0o755);
  {
    await using browser = startWarmBrowser({ env: { BROWSER_CHROMIUM: script } });

    const loud = JSON.parse(await browser.program.line(/"level":"error"/));
    await eventually("failing liveness", async () => {
      const { status, text } = await browser.health("/healthz");
      return status === 503 && /chromium keeps dying \(5 times/.test(text);
    }, 60_000);

    assert.equal(loud.msg, "chromium keeps dying");
    assert.equal(loud.how, "exit code 1, its last words: cannot find my libraries");
    const loudLines = browser.program.lines.filter((line) => /"level":"error"/.test(line));
    assert.equal(loudLines.length, 1);
  }
  await Deno.remove(script);
});

Deno.test("browser.ts warns exactly once when it runs as root", {
  ignore: Deno.uid() !== 0,
}, async () => {
  await using browser = await startReadyBrowser();

  Deno.kill(browser.pidOf("chromium"), "SIGKILL");
  await eventually(
    "a restart",
    () => browser.program.lines.filter((line) => line.includes('"chromium ready"')).length === 2,
  );

  const warnings = browser.program.lines.filter((line) => /without its sandbox/.test(line));
  assert.equal(warnings.length, 1);
});

for (const taken of ["cdp", "view", "vnc", "health"] as const) {
  Deno.test(`browser.ts ends with one sentence when its ${taken} port is taken`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = listener.addr.port;
    await using browser = startWarmBrowser({
      env: { [`BROWSER_${taken.toUpperCase()}_PORT`]: String(port) },
    });

    const code = await exitOf(browser);

    assert.equal(code, 1);
    assert.match(
      browser.program.lines.at(-1) ?? "",
      new RegExp(`^browser: Cannot listen on 127\\.0\\.0\\.1:${port}.*: the port is taken by`),
    );
  });
}

Deno.test("browser.ts ends with every fault of its environment", async () => {
  await using browser = startWarmBrowser({
    env: {
      BROWSER_CDP_PORT: "0",
      BROWSER_SCREEN: "huge",
      BROWSER_SANDBOX: "maybe",
      BROWSER_PROFILE_DIR: "relative",
    },
  });

  assert.equal(await exitOf(browser), 2);
  assert.deepEqual(browser.program.lines, [
    'browser: Cannot read the environment: BROWSER_PROFILE_DIR is "relative", must be an absolute path; ' +
    'BROWSER_CDP_PORT is "0", must be a whole number from 1 to 65535; ' +
    'BROWSER_SCREEN is "huge", must be WIDTHxHEIGHT in pixels, each from 320 to 7680; ' +
    'BROWSER_SANDBOX is "maybe", must be one of "auto", "on", "off"',
  ]);
});

Deno.test("browser.ts ends with one sentence when its Chromium is missing", async () => {
  await using browser = startWarmBrowser({ env: { BROWSER_CHROMIUM: "/nowhere/chromium" } });

  assert.equal(await exitOf(browser), 2);
  assert.deepEqual(browser.program.lines, [
    'browser: Cannot start the browser: missing "/nowhere/chromium", BROWSER_CHROMIUM must name a program',
  ]);
});

Deno.test("browser.ts names the Chromium that holds the profile", async () => {
  await using first = await startReadyBrowser();
  await using second = startWarmBrowser({ profile: first.profile });

  assert.equal(await exitOf(second), 1);

  const pid = first.pidOf("chromium");
  assert.deepEqual(second.program.lines, [
    `browser: Cannot use profile "${first.profile}": it is in use by Chromium, process ${pid}, which must be closed first`,
  ]);
  assert.equal((await first.health("/readyz")).status, 200);
});

Deno.test("browser.ts leaves a profile alone that a restore or another container holds", async () => {
  await using place = tempProfile();
  const profile = place.path;
  await Deno.symlink("another-host-4711", `${profile}/SingletonLock`);
  using _claim = await claimProfile(profile, 0, systemClock);
  await using browser = startWarmBrowser({ profile });

  assert.equal(await exitOf(browser), 1);

  assert.deepEqual(browser.program.lines, [
    `browser: Cannot use profile "${profile}": a browser elsewhere or a restore holds "${profile}.lock", which must end first`,
  ]);
  assert.equal(await Deno.readLink(`${profile}/SingletonLock`), "another-host-4711");
});

Deno.test("browser.ts starts on a profile that another host left locked", async () => {
  await using place = tempProfile();
  const profile = place.path;
  await Deno.symlink("another-host-4711", `${profile}/SingletonLock`);
  await using browser = await startReadyBrowser({ profile });

  assert.match(
    await browser.program.line(/stale profile lock/),
    /its owner ran on host \\"another-host\\"/,
  );
});

Deno.test("browser.ts keeps cookies set just before it was stopped", async () => {
  await using place = tempProfile();
  const profile = place.path;
  {
    // What it does in its time, and not how fast the disk is.
    const env = { BROWSER_CLOSE_MS: "30000" };
    await using browser = await startReadyBrowser({ profile, env });
    using cdp = await browser.connect();
    const url = "https://shop.example/";
    await cdp.send("Storage.setCookies", {
      cookies: [
        { name: "remembered", value: "1", url, expires: Date.now() / 1_000 + 86_400 },
        { name: "session", value: "1", url },
      ],
    });
    browser.program.kill("SIGTERM");
    assert.equal(await exitOf(browser), 0);
  }
  {
    await using browser = await startReadyBrowser({ profile });
    using cdp = await browser.connect();
    const { cookies } = await cdp.send("Storage.getCookies", {});

    assert.deepEqual(cookies.map(({ name }) => name).sort(), ["remembered", "session"]);
    assert.equal((await pages(cdp)).length, 1);
  }
});

Deno.test("browser.ts gives Chromium as long to close as it is told", async () => {
  await using browser = await startReadyBrowser({ env: { BROWSER_CLOSE_MS: "600" } });
  Deno.kill(browser.pidOf("chromium"), "SIGSTOP");

  browser.program.kill("SIGTERM");

  await browser.program.line(/does not close when asked, sending signals.* 600 ms/);
  assert.equal(await exitOf(browser), 0);
});

Deno.test("browser.ts uses a person's own screen with --display", async () => {
  await using screen = await startReadyBrowser();
  const env = screenOf(screen.pidOf("chromium"));
  await using browser = await startReadyBrowser({ args: ["--display"], env });

  using cdp = await browser.connect();
  const [targetId = ""] = await pages(cdp);
  const { windowId } = await cdp.send("Browser.getWindowForTarget", { targetId });

  assert.ok(windowId > 0);
  const parts = browser.program.lines.filter((line) => / ready"/.test(line)).map((line) =>
    JSON.parse(line).msg
  );
  assert.deepEqual(parts, ["chromium ready", "browser ready"]);
});

Deno.test("browser.ts refuses --display without DISPLAY and both flags at once", async () => {
  await using noScreen = startWarmBrowser({ args: ["--display"] });
  await using both = startWarmBrowser({ args: ["--display", "--headless"] });

  assert.equal(await exitOf(noScreen), 2);
  assert.equal(await exitOf(both), 2);
  assert.match(noScreen.program.lines.join(), /DISPLAY is not set, must name an X display/);
  assert.match(both.program.lines.join(), /Cannot use "--display" and "--headless" together/);
});

/** The ids of the tabs a person sees. */
async function pages(cdp: CdpClient): Promise<readonly string[]> {
  const { targetInfos } = await cdp.send("Target.getTargets", {});
  return targetInfos.filter(({ type }) => type === "page").map(({ targetId }) => targetId);
}

/** The screen a process was started with. */
function screenOf(pid: number): Record<string, string> {
  const variables = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
  return Object.fromEntries(
    variables.filter((variable) => /^(DISPLAY|XAUTHORITY)=/.test(variable))
      .map((variable) => [variable.split("=")[0] ?? "", variable.slice(variable.indexOf("=") + 1)]),
  );
}

/** Its exit code, waited for. */
function exitOf(browser: WarmBrowser): Promise<number> {
  return withDeadline(browser.program.exitCode, 90_000, "The end of browser.ts");
}
