/**
 * The alerts of the pipeline drilled: a real Prometheus scrapes the running programs, a fault is
 * made, its alert fires, its page is followed, and it clears.
 *
 * Those of a dev box are drilled in `tests/devbox`, on a booted one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { systemClock } from "../core/clock.ts";
import { runCommand } from "../core/process.ts";
import { type Drill, startDrills } from "./support/alert_drill.ts";
import { startAlertmanager, type TestAlertmanager } from "./support/alertmanager.ts";
import { type DrillPod, startDrillPod } from "./support/drill_pod.ts";
import { hurriedRules, PIPELINE_ALERTS, type PipelineAlert } from "./support/drilled_alerts.ts";
import { eventually } from "./support/eventually.ts";
import { type Person, sitDown, type Tab } from "./support/person.ts";
import { ROOT } from "./support/program.ts";
import { startPrometheus, type TestPrometheus } from "./support/prometheus.ts";
import { startSite } from "./support/site.ts";

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

/** What kube-state-metrics and kubelet would say of the pod; its volume is as large as `sizeBytes`. */
function startClusterExporter(pod: DrillPod, size: { bytes: number }) {
  const volume = 'namespace="chrome-service",' +
    'persistentvolumeclaim="chrome-service-profile-encrypted"';
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async () => {
    const free = size.bytes - await usedBytes(pod);
    return new Response(
      `kube_cronjob_status_last_successful_time{namespace="chrome-service",` +
        `cronjob="chrome-service-backup"} ${await pod.lastBackup()}\n` +
        `kubelet_volume_stats_available_bytes{${volume}} ${free}\n` +
        `kubelet_volume_stats_capacity_bytes{${volume}} ${size.bytes}\n`,
      { headers: { "content-type": "text/plain; version=0.0.4" } },
    );
  });
}

async function usedBytes({ volume }: DrillPod): Promise<number> {
  const { stdout } = await runCommand("du", ["-sb", volume]);
  return parseInt(stdout);
}

/** The dead-man switch on its way out, by the route that its page gives. */
async function startHeartbeat(): Promise<TestAlertmanager> {
  const page = await Deno.readTextFile(`${ROOT}docs/runbooks/HearthWatchdog.md`);
  const { route } = parse(/```yaml\n([^]*?)```/.exec(page)?.[1] ?? "");
  assert.equal(route.routes[0].repeat_interval, "5m");
  const routes = [{ ...route.routes[0], repeat_interval: "1s" }];
  return await startAlertmanager(["people", "heartbeat"], routes);
}

/** The drills of what is served. */
function drillsOfSnapshot(pod: DrillPod, person: Person, tab: Tab) {
  const { bridge, volume, backups } = pod;
  const state = `${volume}/snapshots/storage-state.json`;
  const logIn = (days: number) => tab.evaluate(`fetch("/login?days=${days}").then(() => {})`);
  // Sites nobody has open: that all of them log out at once is no person's doing.
  const cookies = Array.from({ length: 6 }, (_, index) => ({
    name: "session",
    value: "s1",
    domain: `site${index}.example`,
    path: "/",
    httpOnly: true,
    expires: systemClock.now() / 1_000 + 300 * DAY_SECONDS,
  }));
  let whole = "";
  return {
    ChromeServiceLoginExpiring: {
      fault: () => logIn(1),
      shows: [/^a\.localhost +persistent cookie .* end within/m],
      mend: () => logIn(300),
    },
    ChromeServiceSnapshotRefused: {
      async fault() {
        await person.client.send("Storage.setCookies", { cookies });
        const harvested = async () => (await Deno.readTextFile(state)).includes("site5.example");
        await eventually("the logins being harvested", harvested, 60_000);
        await person.client.send("Storage.clearCookies", {});
      },
      shows: [/[Rr]efused to publish/, /site\d\.example/],
      mend: () => person.client.send("Storage.setCookies", { cookies }),
    },
    ChromeServiceSnapshotUnusable: {
      async fault() {
        whole = await Deno.readTextFile(state);
        await Deno.writeTextFile(state, whole.slice(0, 20));
      },
      shows: [/storage-state\.json/],
      mend: () => Deno.writeTextFile(state, whole),
    },
    ChromeServiceSnapshotStale: {
      shows: [/first harvest done/],
      // What its page ends is started again, as in a cluster.
      later: () => pod.startHarvester(),
    },
    HearthTargetDown: {
      fault: () => Promise.resolve(Deno.kill(bridge.program.pid, "SIGSTOP")),
      shows: [/^bridge\.pid T/m, new RegExp(`^${pod.ports["9224"]} 000$`, "m")],
      mend: () => Promise.resolve(Deno.kill(bridge.program.pid, "SIGCONT")),
    },
    ChromeServiceBackupOld: {
      async fault() {
        await Deno.rename(backups, `${backups}.aside`);
        await pod.follow(
          "kubectl -n chrome-service create job --from=cronjob/chrome-service-backup now",
        );
      },
      shows: [/Cannot back up ".*": No such file/],
      mend: () => Deno.rename(`${backups}.aside`, backups),
    },
  } satisfies Record<string, Drill>;
}

/** The drills of the browser, and of what is in front of it. */
function drillsOfBrowser(pod: DrillPod, prometheus: TestPrometheus, size: { bytes: number }) {
  const { browser, bridge, volume } = pod;
  const stranger = new AbortController();
  let knocking: Promise<void> | undefined;
  async function knock(): Promise<void> {
    while (!stranger.signal.aborted) {
      const response = await fetch(`${bridge.url}/json/version`, {
        headers: { origin: "https://evil.example.com" },
      });
      await response.body?.cancel();
      assert.equal(response.status, 403);
      await systemClock.sleep(100, stranger.signal);
    }
  }
  return {
    ChromeServiceBridgeRefusals: {
      fault() {
        knocking = knock();
        return Promise.resolve();
      },
      shows: [/evil\.example\.com/],
      async mend() {
        stranger.abort();
        await knocking;
      },
    },
    ChromeServiceBrowserRestarting: {
      fault: () => Promise.resolve(Deno.kill(browser.pidOf("chromium"), "SIGKILL")),
      shows: [/"part":"chromium".*"code":137|chromium ended/],
    },
    ChromeServiceBrowserWedging: {
      async fault() {
        const pid = browser.pidOf("chromium");
        Deno.kill(pid, "SIGSTOP");
        await eventually("a new Chromium", () => browser.pidOf("chromium") !== pid, 120_000);
      },
      shows: [/wedged/],
    },
    ChromeServiceBrowserDown: {
      async fault() {
        // It was away in the drills before: what fires is to be this fault.
        const up = 'min_over_time(hearth_browser_part_up{part="chromium"}[12s]) == 1';
        await eventually(up, async () => (await prometheus.query(up)).length === 1, 120_000);
        await pod.breakChromium(true);
        Deno.kill(browser.pidOf("chromium"), "SIGKILL");
        await browser.program.line(/libnss3\.so/, 60_000);
      },
      shows: [/libnss3\.so/],
      mend: () => pod.breakChromium(false),
    },
    ChromeServiceProfileFull: {
      // As a restore leaves it behind, on a volume that was made for one profile.
      async fault() {
        await Deno.mkdir(`${volume}/replaced`);
        size.bytes = Math.ceil(await usedBytes(pod) * 1.5);
        await Deno.writeFile(`${volume}/replaced/profile`, new Uint8Array(size.bytes / 3));
      },
      shows: [/chromium-data$/m, /replaced$/m],
    },
  } satisfies Record<string, Drill>;
}

/** The dead-man switch: it is well while it arrives. */
function drillOfWatchdog(prometheus: TestPrometheus, heartbeat: TestAlertmanager): Drill {
  const beats = () => heartbeat.received("heartbeat").length;
  const beating = async () => {
    const before = beats();
    await eventually("a heartbeat", () => beats() > before + 1, 60_000);
  };
  return {
    async fault() {
      await beating();
      Deno.kill(prometheus.pid, "SIGSTOP");
    },
    fires: () =>
      eventually("no heartbeat for a while", async () => {
        const before = beats();
        await systemClock.sleep(5_000);
        return beats() === before;
      }, 120_000),
    shows: [/timed out/],
    mend: () => Promise.resolve(Deno.kill(prometheus.pid, "SIGCONT")),
    clears: beating,
  };
}

Deno.test("alerts fire on real faults of the pipeline and clear when their pages are followed", async (t) => {
  await using site = loginSite();
  await using pod = await startDrillPod();
  const size = { bytes: 2 ** 40 };
  await using cluster = startClusterExporter(pod, size);
  await using heartbeat = await startHeartbeat();
  const at = (port: number) => `127.0.0.1:${port}`;
  await using prometheus = await startPrometheus(
    hurriedRules(PIPELINE_ALERTS),
    {
      "hearth-browser": at(pod.ports["9225"]),
      "hearth-bridge": at(pod.ports["9224"]),
      "hearth-harvester": at(pod.ports["9226"]),
      "hearth-snapshot": at(pod.ports["8089"]),
      cluster: at(cluster.addr.port),
    },
    {
      alerting: {
        alertmanagers: [{ static_configs: [{ targets: [at(heartbeat.port)] }] }],
      },
    },
  );
  using person = await sitDown(`http://${at(pod.browser.ports.cdp)}`);
  const tab = await person.open(`${site.origin("a")}/`);
  const drills: Readonly<Record<PipelineAlert, Drill>> = {
    ...drillsOfSnapshot(pod, person, tab),
    ...drillsOfBrowser(pod, prometheus, size),
    HearthWatchdog: drillOfWatchdog(prometheus, heartbeat),
  };
  const elsewhere = { "9090": prometheus.port, "9093": heartbeat.port };
  const { fire, mend, drill, assertAllDone } = startDrills(
    drills,
    prometheus,
    (script) => pod.follow(script, elsewhere),
  );

  await t.step("nothing fires but the dead-man switch while all is well", async () => {
    await tab.evaluate('fetch("/login?days=300").then(() => {})');
    await prometheus.fires("HearthWatchdog");
    await eventually("five targets", async () => (await prometheus.query("up == 1")).length === 5);
    for (const name of PIPELINE_ALERTS) {
      if (!/Watchdog|BackupOld/.test(name)) await prometheus.clears(name);
    }
  });
  await t.step("what is served, and who is in front", async () => {
    await Promise.all([
      drill("ChromeServiceBackupOld"),
      drill("ChromeServiceBridgeRefusals"),
      (async () => {
        await drill("ChromeServiceLoginExpiring");
        await drill("ChromeServiceSnapshotRefused");
        await drill("ChromeServiceSnapshotUnusable");
      })(),
    ]);
  });
  await t.step("a bridge that hangs", async () => {
    await fire("HearthTargetDown");
    await fire("ChromeServiceSnapshotStale");
    await mend("HearthTargetDown");
    await mend("ChromeServiceSnapshotStale");
  });
  await t.step("a browser that hangs, ends, and does not start", async () => {
    await fire("ChromeServiceBrowserRestarting");
    await fire("ChromeServiceBrowserWedging");
    await Promise.all([
      mend("ChromeServiceBrowserRestarting"),
      mend("ChromeServiceBrowserWedging"),
      drill("ChromeServiceProfileFull"),
    ]);
    await drill("ChromeServiceBrowserDown");
  });
  await t.step("a Prometheus that hangs", () => drill("HearthWatchdog"));
  assertAllDone();
  assert.ok(!heartbeat.received("people").includes("HearthWatchdog"));
});
