/**
 * The alerts of a dev box drilled: Debian's node_exporter shows a real Prometheus what the
 * provisioner, the updater and the backup leave behind under their own units, a fault is made, its
 * alert fires, its page is followed, and it clears.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { type Drill, startDrills } from "../support/alert_drill.ts";
import { BOX_ALERTS, type BoxAlert, hurriedRules } from "../support/drilled_alerts.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { ROOT } from "../support/program.ts";
import { shellBlocks } from "../support/runbook.ts";
import { accessText, hostsText } from "../support/snapshot_fixture.ts";
import { build, ERAS, FLAWS } from "../t3_fixture/builds.ts";
import { startRegistry, type TestRegistry } from "../t3_fixture/registry.ts";
import type { Box } from "./support/box.ts";
import { bootDevBox, ROSTER } from "./support/dev_box.ts";
import { startSnapshotHost } from "./support/snapshot_host.ts";
import { type T3Controls, t3Controls } from "./support/t3_box.ts";
import { holdUsersLayer } from "./support/users_layer.ts";

const versionOf = (number: number) => `0.0.4${number}-nightly.2026070${number}.${number}`;

/** What the metrics' page says about node_exporter, done to the letter. */
async function installExporter(box: Box): Promise<void> {
  const [install] = shellBlocks(await Deno.readTextFile(`${ROOT}docs/reference/metrics.md`));
  assert.match(install ?? "", /prometheus-node-exporter/);
  await box.sh(install ?? "", { env: { DEBIAN_FRONTEND: "noninteractive" } });
  assert.equal((await box.unit("prometheus-node-exporter.service")).User, "prometheus");
}

/** What is different here from a box that people use: builds come at once and are trusted soon. */
async function hurryUpdater(box: Box, registry: TestRegistry): Promise<void> {
  const settings = `T3_REGISTRY=${registry.url}\nT3_MIN_AGE_HOURS=0\nT3_SOAK_SECONDS=2\n`;
  await box.write("/etc/hearth/autoupdate.env", `${settings}LOG_FORMAT=text\n`);
}

/** The drills of what should come by itself and does not. */
function drillsOfSilence(box: Box) {
  const userdata = "/home/ada/.t3/userdata";
  const token = "/etc/t3-serve/tokens/ada";
  return {
    T3BackupOld: {
      labels: 'user="ada"',
      // As a disk does that forgets: the server is stopped, or it would write its copy over it.
      fault: () =>
        box.sh(`systemctl stop t3-serve@ada; cp -a ${userdata} /root/whole
          rm -f ${userdata}/state.sqlite-*
          dd if=/dev/urandom of=${userdata}/state.sqlite bs=1k count=4 conv=notrunc status=none
          ! systemctl start t3-backup-state`),
      shows: [/cannot copy/, /ada/, /Filesystem/],
      mend: () => box.sh(`cp -a /root/whole/. ${userdata}; systemctl start t3-serve@ada`),
    },
    T3AutoUpdateSilent: {
      fault: () =>
        box.sh(`systemctl start --no-block t3-autoupdate
          systemctl kill --signal=STOP t3-autoupdate`),
      shows: [/t3-autoupdate\.timer/, /Active: activating/],
      later: () => box.sh("systemctl start t3-autoupdate"),
    },
    T3ProvisionSilent: {
      fault: () => box.sh("systemctl disable --now t3-provision-users.timer"),
      shows: [/0 timers listed/],
      later: async () => {
        const { ActiveState } = await box.unit("t3-provision-users.timer");
        assert.equal(ActiveState, "active");
      },
    },
    SnapshotRefreshFailing: {
      labels: 'subject="ada"',
      fault: () =>
        box.sh(`cp -a ${token} /root/token; echo of-somebody-else >${token}
          systemctl restart playwright-snapshot-follow@ada`),
      shows: [/playwright-snapshot-refresh@ada\.timer/, /401|refuses the token/],
      mend: () => box.sh(`cp -a /root/token ${token}`),
    },
  } satisfies Record<string, Drill>;
}

/** The drills of what fails. */
function drillsOfFailure(box: Box, t3: T3Controls, registry: TestRegistry) {
  const night = () => box.sh("systemctl start t3-autoupdate");
  return {
    T3ProvisionFailing: {
      async fault() {
        await box.write("/etc/hearth/roster.yaml", ROSTER.replace("tier: admin", "tier: amdin"));
        await box.sh("! systemctl start t3-provision-users");
      },
      shows: [/users\.ada\.tier is "amdin"/],
      mend: () => box.write("/etc/hearth/roster.yaml", ROSTER),
    },
    T3AutoUpdateStale: {
      async fault() {
        await t3.fill("edsger", { titles: ["poison"] });
        const bad = build(versionOf(2), ERAS.environmentCookie, FLAWS.pairingFailsForPoison);
        await registry.publish(bad);
        await t3.update();
      },
      shows: [/^last run .* refused: \S+: edsger/m, new RegExp(`^skipped +${versionOf(2)}`, "m")],
      async mend() {
        await registry.publish(build(versionOf(3), ERAS.environmentCookie));
        await t3.fill("ada", { titles: ["of ada"], activeThread: 0 });
      },
      later: night,
    },
    T3AutoUpdateWaiting: {
      labels: 'user="ada"',
      // How long is told by the next try, an hour later.
      fault: () => box.sh("systemctl start t3-autoupdate-drain"),
      shows: [/^ada .*waits since .*1 running in state\.sqlite/m],
      mend: () => t3.fill("ada", { titles: ["of ada"] }),
    },
    T3AutoUpdateStranded: {
      async fault() {
        await registry.publish(build(versionOf(4), ERAS.environmentCookie));
        await box.sh("sed -i s/T3_SOAK_SECONDS=2/T3_SOAK_SECONDS=600/ /etc/hearth/autoupdate.env");
        const run = t3.update();
        const backup = await eventually("the build being watched", async () => {
          const { update } = await t3.state();
          const step = update?.users.find(({ user }) => user === "ada")?.step;
          return update?.phase === "soaking" && step?.at === "verified" && step.backup;
        }, 240_000);
        // Nothing to go back to, and then a reason to go back.
        await box.sh(`mv /var/backups/t3-state/ada/${backup} /root/backup
          echo ${backup} >/root/backup.name
          systemctl kill --signal=KILL t3-serve@ada`);
        assert.equal((await run).code, 6);
      },
      shows: [/the data of ada cannot be put back/],
      endsWith: 5,
      mend: () => box.sh('mv /root/backup "/var/backups/t3-state/ada/$(cat /root/backup.name)"'),
    },
    T3AutoUpdateRolledBack: {
      shows: [new RegExp(`${versionOf(4)}.*failed \\(soak\\)`)],
      later: night,
    },
    T3AutoUpdateFrozen: {
      fault: () => box.sh("hearth-autoupdate freeze 'demo on Friday'").then(night),
      shows: [/demo on Friday/],
      later: night,
    },
  } satisfies Record<string, Drill>;
}

Deno.test("alerts of a dev box fire on real faults and clear when their pages are followed", async (t) => {
  await using held = new AsyncDisposableStack();
  const layer = held.use(await holdUsersLayer());
  const registry = held.use(await startRegistry());
  const server = held.use(await startSnapshotHost(accessText({ nobody: { tokens: ["n"] } })));
  const box = held.use(
    await bootDevBox(layer, {
      host: { snapshot: server.port },
      forward: [Number(new URL(registry.url).port)],
    }),
  );
  const t3 = t3Controls(box);
  await server.publish(hostsText({ "shop.localhost": "s3cret", "bank.localhost": "s3cret" }));
  await server.grant(await box.read("/etc/hearth/access.yaml"));
  await hurryUpdater(box, registry);
  await registry.publish(build(versionOf(1), ERAS.environmentCookie));
  const first = await t3.update();
  assert.equal(first.code, 0, first.log);
  for (const user of ["ada", "edsger", "grace"]) await t3.fill(user);
  await installExporter(box);
  const prometheus = held.use(
    await startPrometheus(hurriedRules(BOX_ALERTS), {
      "hearth-node": { target: `${box.address}:9100`, params: { "collect[]": ["textfile"] } },
      "hearth-snapshot": `127.0.0.1:${server.metricsPort}`,
    }),
  );
  const drills: Readonly<Record<BoxAlert, Drill>> = {
    ...drillsOfSilence(box),
    ...drillsOfFailure(box, t3, registry),
  };
  const { fire, mend, drill, assertAllDone } = startDrills(
    drills,
    prometheus,
    (script) => box.run(["bash", "-c", script], { deadlineMs: 300_000 }),
  );

  await t.step("node_exporter reads what was left for it", async () => {
    for (const name of ["hearth_provision_last_run_failed", "hearth_autoupdate_frozen"]) {
      const [series] = await eventually(
        name,
        async () => {
          const found = await prometheus.query(`${name}{job="hearth-node"}`);
          return found.length > 0 && found;
        },
        60_000,
      );
      assert.equal(series?.value, "0", name);
    }
    assert.equal((await prometheus.query("node_textfile_scrape_error"))[0]?.value, "0");
  });
  await t.step("what should have come by itself", async () => {
    // A run that hangs holds the lock, so the copies fail first.
    await Promise.all([
      fire("T3BackupOld").then(() => fire("T3AutoUpdateSilent")),
      fire("T3ProvisionSilent"),
      fire("SnapshotRefreshFailing"),
    ]);
    await Promise.all([
      mend("T3AutoUpdateSilent").then(() => mend("T3BackupOld")),
      mend("T3ProvisionSilent"),
      mend("SnapshotRefreshFailing"),
    ]);
  });
  await t.step("what fails", async () => {
    await Promise.all([
      drill("T3ProvisionFailing"),
      (async () => {
        await drill("T3AutoUpdateStale");
        await drill("T3AutoUpdateWaiting");
        await drill("T3AutoUpdateStranded");
        // What is left of an update that was undone.
        await drill("T3AutoUpdateRolledBack");
        await drill("T3AutoUpdateFrozen");
      })(),
    ]);
  });
  assertAllDone();
});
