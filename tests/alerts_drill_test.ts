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
import { startDrills } from "./support/alert_drill.ts";
import { startAlertmanager, type TestAlertmanager } from "./support/alertmanager.ts";
import { type DrillPod, startDrillPod } from "./support/drill_pod.ts";
import { hurriedRules, PIPELINE_ALERTS } from "./support/drilled_alerts.ts";
import { eventually } from "./support/eventually.ts";
import { sitDown } from "./support/person.ts";
import { DAY_SECONDS, pipelineDrills, usedBytes } from "./support/pipeline_drills.ts";
import { ROOT } from "./support/program.ts";
import { startPrometheus } from "./support/prometheus.ts";
import { startSite } from "./support/site.ts";

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

/** The dead-man switch on its way out, by the route that its page gives. */
async function startHeartbeat(): Promise<TestAlertmanager> {
  const page = await Deno.readTextFile(`${ROOT}docs/runbooks/HearthWatchdog.md`);
  const { route } = parse(/```yaml\n([^]*?)```/.exec(page)?.[1] ?? "");
  assert.equal(route.routes[0].repeat_interval, "5m");
  const routes = [{ ...route.routes[0], repeat_interval: "1s" }];
  return await startAlertmanager(["people", "heartbeat"], routes);
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
  const drills = pipelineDrills({ pod, person, tab, prometheus, heartbeat, size });
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
