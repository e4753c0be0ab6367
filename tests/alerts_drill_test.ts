/**
 * The alerts drilled: a real Prometheus scrapes the running pipeline, a fault is made, its alert
 * fires, the fault is mended, and it clears.
 *
 * Only the waiting is shortened: every `for:` is a second, and times in expressions are seconds
 * instead of hours. Rules come from the same source as those that are installed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { updaterMetrics } from "../autoupdate/metrics_text.ts";
import { emptyState, type State } from "../autoupdate/state.ts";
import { systemClock } from "../core/clock.ts";
import { ALERT_GROUPS } from "../monitoring/alerts.ts";
import { ruleDocument, rulesYaml } from "../monitoring/rules.ts";
import { provisionMetrics } from "../provision/metrics_text.ts";
import { startTestBridge } from "./support/bridge.ts";
import { eventually } from "./support/eventually.ts";
import { freePort } from "./support/free_port.ts";
import { sitDown } from "./support/person.ts";
import { startProgram } from "./support/program.ts";
import { startPrometheus } from "./support/prometheus.ts";
import { homeWithToken, startRefresh } from "./support/refresh_program.ts";
import { startSite } from "./support/site.ts";
import { startReadyBrowser } from "./support/warm_browser.ts";

/** What is shortened in expressions, besides `for:`. */
const HURRIED: Readonly<Record<string, readonly [string, string]>> = {
  ChromeServiceBrowserRestarting: ["[15m])) > 3", "[15s])) > 0"],
  ChromeServiceBridgeRefusals: ["[5m]", "[5s]"],
  ChromeServiceSnapshotStale: ["> 900", "> 15"],
  SnapshotRefreshFailing: ["> 7200", "> 8"],
};

const RULES = rulesYaml(ruleDocument(ALERT_GROUPS.filter(({ isOfCluster }) => !isOfCluster), {
  forSeconds: ({ forSeconds }) => Math.min(forSeconds, 1),
  expr({ name, expr }) {
    const [from, to] = HURRIED[name] ?? ["", ""];
    assert.ok(expr.includes(from), name);
    return expr.replace(from, to);
  },
}));

const DAY_SECONDS = 86_400;

function loginSite() {
  return startSite({
    handle(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/login") return undefined;
      const days = Number(searchParams.get("days"));
      const cookie = `session=s1; HttpOnly; Path=/; Max-Age=${days * DAY_SECONDS}`;
      return new Response("in", { headers: { "set-cookie": cookie } });
    },
  });
}

/** The pipeline of the pod, each program under its permission set. */
async function startPipeline() {
  await using stack = new AsyncDisposableStack();
  const browser = stack.use(await startReadyBrowser());
  const bridge = stack.use(await startTestBridge({ targetPort: browser.ports.cdp }));
  const dir = await Deno.makeTempDir({ prefix: "hearth-drill-" });
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  const ports = { harvester: freePort(), server: freePort(), metrics: freePort() };
  const harvester = stack.use(startProgram("harvester", {
    args: ["--watch"],
    env: {
      CDP_URL: bridge.url,
      SNAPSHOT_DIR: dir,
      PROFILE_DIR: browser.profile,
      HARVESTER_HEALTH_PORT: String(ports.harvester),
    },
    flags: [
      "--allow-net=127.0.0.1",
      `--allow-read=${dir},${browser.profile}`,
      `--allow-write=${dir}`,
    ],
  }));
  await harvester.line(/first harvest done/, 60_000);
  const server = stack.use(startProgram("snapshot_server", {
    env: {
      PW_TOKEN: "s3cret",
      SNAPSHOT_PATH: `${dir}/storage-state.json`,
      HOST: "127.0.0.1",
      PORT: String(ports.server),
      METRICS_PORT: String(ports.metrics),
    },
    flags: ["--allow-net=127.0.0.1", `--allow-read=${dir}`],
  }));
  await server.line(/listening/);
  const all = stack.move();
  return {
    browser,
    bridge,
    dir,
    ports,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

Deno.test("alerts fire on real faults of the pipeline and clear when they are mended", async (t) => {
  await using site = loginSite();
  await using pipeline = await startPipeline();
  const { browser, bridge, dir, ports } = pipeline;
  const at = (port: number) => `127.0.0.1:${port}`;
  await using prometheus = await startPrometheus(RULES, {
    "hearth-browser": at(browser.ports.health),
    "hearth-bridge": new URL(bridge.adminUrl).host,
    "hearth-harvester": at(ports.harvester),
    "hearth-snapshot": at(ports.metrics),
  });
  const { fires, clears } = prometheus;
  using person = await sitDown(`http://127.0.0.1:${browser.ports.cdp}`);
  const tab = await person.open(`${site.origin("a")}/`);
  const logIn = (days: number) => tab.evaluate(`fetch("/login?days=${days}").then(() => {})`);

  await t.step("nothing fires but the dead-man switch while all is well", async () => {
    await logIn(300);
    await fires("HearthWatchdog");
    await eventually("four targets", async () => (await prometheus.query("up == 1")).length === 4);
    for (const { name } of ALERT_GROUPS.flatMap(({ alerts }) => alerts)) {
      if (name !== "HearthWatchdog" && name !== "SnapshotRefreshFailing") await clears(name);
    }
  });
  await t.step("SnapshotRefreshFailing, until a refresh gets through", async () => {
    await fires("SnapshotRefreshFailing");
    await using home = await homeWithToken();
    await using refresh = startRefresh(home, `http://${at(ports.server)}/api/snapshot`);
    assert.equal(await refresh.exitCode, 0, refresh.lines.join("\n"));
    await clears("SnapshotRefreshFailing");
  });
  await t.step("ChromeServiceLoginExpiring, until somebody logs in again", async () => {
    await logIn(1);
    await fires("ChromeServiceLoginExpiring");
    await logIn(300);
    await clears("ChromeServiceLoginExpiring");
  });
  await t.step("ChromeServiceSnapshotRefused, until the logins are back", async () => {
    // Sites nobody has open: that all of them log out at once is no person's doing.
    const cookies = Array.from({ length: 6 }, (_, index) => ({
      name: "session",
      value: "s1",
      domain: `site${index}.example`,
      path: "/",
      httpOnly: true,
      expires: systemClock.now() / 1_000 + 300 * DAY_SECONDS,
    }));
    await person.client.send("Storage.setCookies", { cookies });
    await eventually(
      "the logins being harvested",
      async () => (await Deno.readTextFile(`${dir}/storage-state.json`)).includes("site5.example"),
    );
    await person.client.send("Storage.clearCookies", {});
    await fires("ChromeServiceSnapshotRefused");
    await person.client.send("Storage.setCookies", { cookies });
    await clears("ChromeServiceSnapshotRefused");
  });
  await t.step("ChromeServiceSnapshotUnusable, until the file is whole", async () => {
    const path = `${dir}/storage-state.json`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.slice(0, 20));
    await fires("ChromeServiceSnapshotUnusable");
    await Deno.writeTextFile(path, text);
    await clears("ChromeServiceSnapshotUnusable");
  });
  await t.step("ChromeServiceBridgeRefusals, until the stranger is gone", async () => {
    const stranger = new AbortController();
    const knocking = (async () => {
      while (!stranger.signal.aborted) {
        const response = await fetch(`${bridge.url}/json/version`, {
          headers: { origin: "https://evil.example.com" },
        });
        await response.body?.cancel();
        assert.equal(response.status, 403);
        await systemClock.sleep(100, stranger.signal);
      }
    })();
    await fires("ChromeServiceBridgeRefusals");
    stranger.abort();
    await knocking;
    await clears("ChromeServiceBridgeRefusals");
  });
  await t.step(
    "HearthTargetDown and ChromeServiceSnapshotStale, until the bridge goes on",
    async () => {
      Deno.kill(bridge.program.pid, "SIGSTOP");
      try {
        await fires("HearthTargetDown");
        await fires("ChromeServiceSnapshotStale");
      } finally {
        Deno.kill(bridge.program.pid, "SIGCONT");
      }
      await clears("HearthTargetDown");
      await clears("ChromeServiceSnapshotStale");
    },
  );
  await t.step("ChromeServiceBrowserRestarting, until Chromium stays up", async () => {
    Deno.kill(browser.pidOf("chromium"), "SIGKILL");
    await fires("ChromeServiceBrowserRestarting");
    await clears("ChromeServiceBrowserRestarting");
  });
});

Deno.test("alerts fire on what provisioner and updater write, and clear with their next run", async (t) => {
  const now = () => systemClock.now();
  const run = { tookMs: 1, hasFailed: false, counts: {} };
  const good: State = { ...emptyState(), lastRun: { atMs: now(), result: "nothing", why: "" } };
  const healthy = {
    provision: () => ({ ...run, endMs: now() }),
    updater: () => ({
      state: good,
      freeze: undefined as { reason: string; atMs: number; version: undefined } | undefined,
      pointers: new Map<string, string>(),
      backups: new Map([["ada", now()]]),
      nowMs: now(),
    }),
  };
  let written: { provision?: object; updater?: object } = {};
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async () => {
    const texts = [
      provisionMetrics({ ...healthy.provision(), ...written.provision }),
      updaterMetrics({ ...healthy.updater(), ...written.updater }),
    ].map((metrics) => metrics.metrics());
    return new Response((await Promise.all(texts)).join("\n"), {
      headers: { "content-type": "text/plain; version=0.0.4" },
    });
  });
  await using prometheus = await startPrometheus(RULES, { node: `127.0.0.1:${server.addr.port}` });
  const longAgo = now() - 10 * DAY_SECONDS * 1_000;
  const ended = (result: string) => ({
    updater: { state: { ...good, lastRun: { atMs: now(), result, why: "" } } },
  });
  const faults: Readonly<Record<string, typeof written>> = {
    T3ProvisionFailing: { provision: { hasFailed: true } },
    T3ProvisionSilent: { provision: { endMs: longAgo } },
    T3AutoUpdateStranded: ended("stranded"),
    T3AutoUpdateRolledBack: ended("rolled-back"),
    T3AutoUpdateStale: { updater: { state: { ...good, inconclusive: 3 } } },
    T3AutoUpdateSilent: {
      updater: { state: { ...good, lastRun: { atMs: longAgo, result: "nothing", why: "" } } },
    },
    T3AutoUpdateFrozen: {
      updater: { freeze: { reason: "a demo", atMs: longAgo, version: undefined } },
    },
    T3AutoUpdateWaiting: {
      updater: { state: { ...good, waitingSince: { ada: { sinceMs: longAgo, why: "busy" } } } },
    },
    T3BackupOld: { updater: { backups: new Map([["ada", longAgo]]) } },
  };
  for (const [alert, fault] of Object.entries(faults)) {
    await t.step(alert, async () => {
      await prometheus.clears(alert);
      written = fault;
      await prometheus.fires(alert);
      written = {};
      await prometheus.clears(alert);
    });
  }
});
