/**
 * The pod of `k8s/base`, for real: its images, its rendered manifests, a person who logs in through
 * the live view, and everything that must go on when something stops.
 *
 * @module
 */
import assert from "node:assert/strict";
import { metricNames } from "../../monitoring/metric_names.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { sitDown } from "../support/person.ts";
import { runningProcesses, signalIfThere } from "../support/processes.ts";
import { startRefresh } from "../support/refresh_program.ts";
import { ROOT } from "../support/program.ts";
import { testDirectory } from "../support/snapshot_fixture.ts";
import { startForwarder } from "./forwarder.ts";
import { callProbe } from "./kubelet.ts";
import { buildImages } from "./local_images.ts";
import { startLoginSite } from "./login_site.ts";
import { openSession } from "./mcp_session.ts";
import { openViewer } from "./viewer.ts";
import { type WarmPod, warmPod } from "./warm_pod.ts";

const CONTAINERS = ["chrome", "bridge", "snapshot-server", "harvester"];

Deno.test("the pod of k8s/base", async (t) => {
  const images = await buildImages();
  const viewPort = freePort();
  using ingress = startForwarder(viewPort);
  await using site = startLoginSite();
  await using home = await testDirectory();
  await using pod = await warmPod({
    images,
    token: "s3cret",
    config: {
      BROWSER_SCREEN: "1024x768",
      BROWSER_VIEW_ORIGINS: `http://127.0.0.1:${viewPort}`,
      // A probe as often as a test has patience for.
      BROWSER_PROBE_INTERVAL_MS: "500",
      BROWSER_PROBE_DEADLINE_MS: "2500",
      BROWSER_PROBE_MISSES: "2",
    },
  });
  await pod.start();
  ingress.to(pod.ip, 6080);
  const url = () => `http://${pod.gateway}:${site.port}/`;
  const token = await pod.exec(
    "snapshot-server",
    "cat",
    "/run/secrets/snapshot_server/api_bearer_token",
  );

  await t.step(
    "runs as nobody in particular, without a capability or a disk to write to",
    async () => {
      for (const container of CONTAINERS) {
        const status = await pod.exec(container, "cat", "/proc/1/status");
        assert.match(status, /^Uid:\t1000\t1000\t1000\t1000$/m, container);
        assert.match(status, /^CapEff:\t0+$/m, container);
        assert.match(status, /^CapBnd:\t0+$/m, container);
        assert.match(status, /^NoNewPrivs:\t1$/m, container);
        assert.match(status, /^Seccomp:\t2$/m, container);
        const write = await pod.exec(container, "sh", "-c", "touch /app/x 2>&1 || echo refused");
        assert.match(write, /Read-only file system\nrefused/, container);
      }
    },
  );

  await t.step("has the live view where a host begins", async () => {
    const page = await (await fetch(`http://${pod.ip}:6080/`)).text();
    assert.match(page, /http-equiv="refresh" content="0; url=vnc\.html\?autoconnect=1&amp;/);
  });

  await t.step("lets a person log in through the live view, by mouse and keyboard", async () => {
    await using viewer = await openViewer(`http://127.0.0.1:${viewPort}`);
    try {
      await viewer.click(512, 500);
      await viewer.press("Control+l");
      await viewer.type(url());
      await viewer.press("Enter");
      await site.step("shown", 60_000);
      // As a person does whose computer is busy: click again where nothing happened.
      await eventually("a click that is heard", async () => {
        await viewer.click(512, 500);
        await site.step("clicked", 5_000);
        return true;
      }, 60_000);
      await viewer.type("ada");
      await viewer.press("Enter");
      await site.step("login", 60_000);
    } catch (error) {
      const path = await Deno.makeTempFile({ prefix: "hearth-live-view-", suffix: ".png" });
      await viewer.picture(path);
      throw new Error(`The login failed, ${path} shows what was seen: ${error}`, { cause: error });
    }
  });

  await t.step("brings the login into an agent's session", async () => {
    const snapshot = await eventually("the login at /api/snapshot", async () => {
      const response = await fetch(`http://${pod.ip}:8088/api/snapshot`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const text = await response.text();
      return text.includes('"lasting"') && text.includes('"device"') && text;
    }, 60_000);
    await home.put("token", `${token}\n`);
    const port = freePort();
    using toSnapshot = startForwarder(port);
    toSnapshot.to(pod.ip, 8088);
    await using refresh = startRefresh(home, `http://127.0.0.1:${port}/api/snapshot`);
    assert.equal(await refresh.exitCode, 0, refresh.lines.join("\n"));
    assert.equal(await Deno.readTextFile(`${home.path}/state.json`), snapshot);

    await using session = await openSession(`${home.path}/state.json`);
    await session.call("browser_navigate", { url: url() });
    const seen = await session.call("browser_evaluate", {
      function: "() => document.body.innerText + localStorage.getItem('device')",
    });
    assert.match(seen, /Hello, Ada.*known/s);
  });

  await t.step("has every metric that alerts and dashboard ask for", async () => {
    const pages = await Promise.all(
      [9225, 9224, 8089, 9226].map(async (port) =>
        await (await fetch(`http://${pod.ip}:${port}/metrics`)).text()
      ),
    );
    const known = new Set(pages.join("\n").match(/(?<=^# TYPE )\w+/gm));
    for (const file of ["prometheus_rule.yaml", "dashboard.json"]) {
      const text = await Deno.readTextFile(`${ROOT}k8s/components/monitoring/${file}`);
      const asked = metricNames(text)
        .filter((name) => /^hearth_(?:browser|bridge|harvester|snapshot_server)_/.test(name));
      assert.ok(asked.length > 0);
      for (const name of asked) assert.ok(known.has(name), name);
    }
  });

  await t.step("harvests by the CronJob too, over the Service's name", async () => {
    const { code, log } = await pod.runJob("snapshot-harvester");

    assert.equal(code, 0, log);
    assert.match(log, /snapshot unchanged at|wrote snapshot \(\d+ bytes\) to \/profile\/snapshots/);
  });

  await t.step("is still logged in when the pod was deleted and came back", async () => {
    await pod.stop();
    await assert.rejects(seenBy(pod, url()), /No browser answers/);

    await pod.start();
    ingress.to(pod.ip, 6080);

    assert.equal(await seenBy(pod, url()), "Hello, Ada");
  });

  await t.step("backs up while it runs, and the restored volume is logged in", async () => {
    const restore = ["-P=profile_backup", "profile_backup.ts", "restore", "latest"];
    const backup = await pod.runJob("backup");
    assert.equal(backup.code, 0, backup.log);
    assert.match(backup.log, /verified \/backup\/[\d_]+\.tar\.gz","files":\d+,"cookies":1\}/);
    assert.match(backup.log, /wrote backup \(\d+ bytes\) to \/backup\//);
    const refused = await pod.runJob("backup", restore);
    assert.equal(refused.code, 1, refused.log);
    assert.match(
      refused.log,
      /a browser or another restore holds the profile .* it must be stopped first/,
    );

    await pod.stop();
    const volume = await pod.volume("chrome-service-profile-encrypted");
    await Deno.remove(`${volume}/chromium-data/Default/Cookies`);
    const restored = await pod.runJob("backup", restore);
    assert.equal(restored.code, 0, restored.log);
    await pod.start();
    ingress.to(pod.ip, 6080);

    assert.equal(await seenBy(pod, url()), "Hello, Ada");
    const [kept] = [...Deno.readDirSync(`${volume}/replaced`)];
    assert.ok(Deno.statSync(`${volume}/replaced/${kept?.name}/chromium-data`).isDirectory);
  });

  for (const kind of ["browser", "renderer", "gpu-process"] as const) {
    await t.step(`is called sick when its ${kind} hangs, and mends itself`, async () => {
      const restarts = await metric(pod, "hearth_browser_wedge_restarts_total");
      using _held = keepStopped(kind);

      await eventually(`liveness to fail for the ${kind}`, async () => {
        const answer = await callProbe(pod.deployment, "chrome", "livenessProbe", pod.ip);
        return answer?.isFine === false && /chromium_wedged/.test(answer.text);
      }, 60_000);
      await eventually("a new Chromium that is fine", async () => {
        const answer = await callProbe(pod.deployment, "chrome", "readinessProbe", pod.ip);
        const count = await metric(pod, "hearth_browser_wedge_restarts_total");
        return answer?.isFine && count > restarts;
      }, 90_000);
      const others = await callProbe(pod.deployment, "snapshot-server", "readinessProbe", pod.ip);
      assert.ok(others?.isFine, "the snapshot is served all the while");
    });
  }

  await t.step("stays alive when a page never stops computing", async () => {
    using person = await sitDown(`http://${pod.ip}:9222`);
    const tab = await person.open("about:blank");
    const busy = tab.evaluate("while (true);").catch(() => "cut off");
    const before = await metric(pod, "hearth_browser_probe_duration_seconds_count");
    const restarts = await metric(pod, "hearth_browser_part_restarts_total", 'part="chromium"');

    await eventually(
      "five more probes",
      async () => await metric(pod, "hearth_browser_probe_duration_seconds_count") >= before + 5,
      60_000,
    );

    const answer = await callProbe(pod.deployment, "chrome", "livenessProbe", pod.ip);
    assert.ok(answer?.isFine, answer?.text);
    assert.equal(
      await metric(pod, "hearth_browser_part_restarts_total", 'part="chromium"'),
      restarts,
    );
    person.client.close();
    assert.equal(await busy, "cut off");
  });
});

Deno.test("the pod with its sandbox component keeps Chromium's own sandbox on", async () => {
  await using pod = await warmPod({
    images: await buildImages(),
    token: "s3cret",
    components: ["sandbox"],
    config: {},
  });

  await pod.start();

  const found = chromiumOfPod();
  assert.ok(found !== undefined);
  assert.ok(!found.command.includes("--no-sandbox"), found.command);
  const renderer = runningProcesses().find(({ group, command }) =>
    group === found.group && command.includes("--type=renderer")
  );
  const [own, its] = [found.pid, renderer?.pid].map((pid) =>
    Deno.readLinkSync(`/proc/${pid}/ns/user`)
  );
  assert.notEqual(its, own, "the renderer is in no user namespace of its own");
  const status = await pod.exec("chrome", "cat", "/proc/1/status");
  assert.match(status, /^CapBnd:\t0+$/m);
  assert.match(status, /^NoNewPrivs:\t1$/m);
});

/** The heading a new tab of the pod's browser shows. */
async function seenBy(pod: WarmPod, url: string): Promise<unknown> {
  using person = await sitDown(`http://${pod.ip}:9222`);
  const tab = await person.open(url);
  const heading = await tab.evaluate("document.querySelector('h1')?.textContent ?? document.title");
  await tab.close();
  return heading;
}

async function metric(pod: WarmPod, name: string, labels = ""): Promise<number> {
  const response = await fetch(`http://${pod.ip}:9225/metrics`);
  const start = labels === "" ? `${name} ` : `${name}{${labels}} `;
  const line = (await response.text()).split("\n").find((line) => line.startsWith(start));
  return Number(line?.slice(start.length) ?? Number.NaN);
}

/** The browser process of the one pod that runs. */
function chromiumOfPod() {
  const profile = "--user-data-dir=/profile/chromium-data";
  return runningProcesses().find(({ command }) =>
    command.startsWith("/usr/lib/chromium/chromium") && command.includes(profile) &&
    !command.includes("--type=")
  );
}

/** Stops processes of the pod's Chromium as they are now; those it starts later run. */
function keepStopped(kind: "browser" | "renderer" | "gpu-process"): Disposable {
  const pids = new Set<number>();
  function stopAll(): void {
    const leader = chromiumOfPod();
    if (leader === undefined || (browserPid !== undefined && leader.pid !== browserPid)) return;
    browserPid = leader.pid;
    for (const { pid, group, command } of runningProcesses()) {
      if (group !== leader.group || pids.has(pid)) continue;
      if (kind === "browser" ? pid !== leader.pid : !command.includes(`--type=${kind}`)) continue;
      pids.add(pid);
      signalIfThere(pid, "SIGSTOP");
    }
  }
  let browserPid: number | undefined;
  stopAll();
  assert.ok(pids.size > 0, `no ${kind} runs`);
  const timer = setInterval(stopAll, 5);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
