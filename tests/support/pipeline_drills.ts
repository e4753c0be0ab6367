/**
 * The drills of the pipeline: how each fault is made, what its page must show, and what a person
 * does about it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../core/clock.ts";
import { runCommand } from "../../core/process.ts";
import type { Drill } from "./alert_drill.ts";
import type { TestAlertmanager } from "./alertmanager.ts";
import type { DrillPod } from "./drill_pod.ts";
import type { PipelineAlert } from "./drilled_alerts.ts";
import { eventually } from "./eventually.ts";
import type { Person, Tab } from "./person.ts";
import type { TestPrometheus } from "./prometheus.ts";

/** The length of a day. */
export const DAY_SECONDS = 86_400;

/** What the drills work on. */
export interface DrillScene {
  /** The programs. */
  readonly pod: DrillPod;
  /** Somebody at the browser, with a tab of a site that has a login. */
  readonly person: Person;
  /** That tab. */
  readonly tab: Tab;
  /** Who judges. */
  readonly prometheus: TestPrometheus;
  /** Where the dead-man switch ends up. */
  readonly heartbeat: TestAlertmanager;
  /** How large the volume is. */
  readonly size: { bytes: number };
}

/** A drill for each alert of the pipeline. */
export function pipelineDrills(scene: DrillScene): Readonly<Record<PipelineAlert, Drill>> {
  return {
    ...drillsOfSnapshot(scene),
    ...drillsOfBrowser(scene),
    HearthWatchdog: drillOfWatchdog(scene),
  };
}

/** How much is on the volume. */
export async function usedBytes({ volume }: DrillPod): Promise<number> {
  const { stdout } = await runCommand("du", ["-sb", volume]);
  return parseInt(stdout);
}

/** The drills of what is served. */
function drillsOfSnapshot({ pod, person, tab }: DrillScene) {
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
function drillsOfBrowser({ pod, prometheus, size }: DrillScene) {
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
function drillOfWatchdog({ prometheus, heartbeat }: DrillScene): Drill {
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
