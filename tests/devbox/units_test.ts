/**
 * Every unit, really running under its directives.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { accessText } from "../support/snapshot_fixture.ts";
import { bootBox, type Box, MOUNTED } from "./support/box.ts";
import { holdBrowserLayer } from "./support/browser_layer.ts";
import { installApp } from "./support/installed_app.ts";
import { startSampleSite } from "./support/sample_site.ts";
import { type SnapshotHost, startSnapshotHost } from "./support/snapshot_host.ts";

const DENO = `${MOUNTED}/bin/deno`;
const COPY = "/home/ada/.cache/playwright-shared-storage-state.json";
const REFRESH = "playwright-snapshot-refresh@ada.service";
const FOLLOW = "playwright-snapshot-follow@ada.service";
const MCP = "playwright-mcp@ada.service";
const ACCESS = accessText({ ada: { tokens: ["ada-token"], sites: ["shop.localhost"] } });

/** A snapshot with a login of two sites. */
function logins(session: string): string {
  const cookies = ["shop.localhost", "bank.localhost"].map((domain) => ({
    name: "session",
    value: session,
    domain,
    path: "/",
    expires: -1,
    httpOnly: true,
    secure: false,
    sameSite: "Lax",
  }));
  return JSON.stringify({ cookies, origins: [] });
}

/** Puts the units and what they read where a host has them. */
async function setUp(box: Box, host: SnapshotHost): Promise<void> {
  await box.sh("useradd -m ada; useradd -m grace; install -d -o ada -m 700 /home/ada/.ssh");
  await box.copyIn(new URL("../../systemd/system", import.meta.url).pathname, "/tmp/units");
  await box.sh("cp /tmp/units/* /etc/systemd/system; systemctl daemon-reload");
  await box.write(
    "/etc/t3-serve/playwright-ada.env",
    `PLAYWRIGHT_PORT=8931\nPLAYWRIGHT_SNAPSHOT_URL=${host.url}\n`,
    { mode: 0o600 },
  );
  await box.write("/etc/t3-serve/tokens/ada", "ada-token\n", { mode: 0o600 });
  await installApp(box, "playwright-snapshot-refresh", host.url);
}

/** What the kernel says of a unit's main process. */
async function confinement(box: Box, unit: string) {
  const { MainPID } = await box.unit(unit);
  const status = await box.read(`/proc/${MainPID}/status`);
  const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(status)?.[1];
  const sees = (script: string) =>
    box.run(["nsenter", "-t", `${MainPID}`, "-m", "--", "sh", "-c", script]);
  return {
    user: (await box.sh(`stat -c %U /proc/${MainPID}`)).trim(),
    noNewPrivileges: field("NoNewPrivs"),
    seccomp: field("Seccomp"),
    capabilities: field("CapEff"),
    umask: field("Umask"),
    homes: (await sees("ls /home")).stdout,
    touchEtc: (await sees("touch /etc/x")).stderr,
  };
}

const CONFINED = {
  user: "ada",
  noNewPrivileges: "1",
  seccomp: "2",
  capabilities: "0000000000000000",
  umask: "0077",
  homes: "ada\n",
  touchEtc: "touch: cannot touch '/etc/x': Read-only file system\n",
};

Deno.test("playwright-snapshot-refresh@ runs under its directives", async (t) => {
  await using host = await startSnapshotHost(ACCESS);
  await using box = await bootBox({ network: "private", forward: [host.port] });
  await setUp(box, host);

  await t.step("succeeds and makes nothing when nothing was harvested", async () => {
    await box.sh(`systemctl start ${REFRESH}`);

    // A unit that succeeded and is not enabled is forgotten, with its exit code.
    assert.match(await box.journal(REFRESH), /nothing has been harvested|not yet/);
    assert.equal((await box.run(["test", "-e", COPY])).code, 1);
  });

  await t.step("writes the user's copy of what the user may have", async () => {
    await host.publish(logins("one"));

    await box.sh(`systemctl start ${REFRESH}`);

    assert.equal(await box.sh(`stat -c %a:%U:%G ${COPY}`), "600:ada:ada\n");
    const domains = JSON.parse(await box.read(COPY)).cookies.map(({ domain }: { domain: string }) =>
      domain
    );
    assert.deepEqual(domains, ["shop.localhost"]);
  });

  await t.step("fails and keeps the copy when the token is refused", async () => {
    const before = await box.read(COPY);
    await host.grant(accessText({ ada: { tokens: ["another"] } }));

    const { code } = await box.run(["systemctl", "start", REFRESH]);

    assert.equal(code, 1);
    assert.equal((await box.unit(REFRESH)).ExecMainStatus, "11");
    assert.equal(await box.read(COPY), before);
    assert.ok(!(await box.journal(REFRESH)).includes("ada-token"));
  });

  await t.step("is passed over, which is no failure, when there is no token", async () => {
    await box.sh("systemctl reset-failed && rm /etc/t3-serve/tokens/ada");

    await box.sh(`systemctl start ${REFRESH}`);

    const { ConditionResult, ActiveState } = await box.unit(REFRESH);
    assert.deepEqual([ConditionResult, ActiveState], ["no", "inactive"]);
  });

  await t.step("is started by its timer within the hour", async () => {
    await box.sh("systemctl enable --now playwright-snapshot-refresh@ada.timer");

    const waits = await box.sh(
      "systemctl list-timers --no-legend playwright-snapshot-refresh@ada.timer",
    );
    assert.match(waits, /playwright-snapshot-refresh@ada\.service/);
    const { Unit, ActiveState } = await box.unit("playwright-snapshot-refresh@ada.timer");
    assert.deepEqual([Unit, ActiveState], [REFRESH, "active"]);
  });
});

Deno.test("playwright-snapshot-follow@ runs under its directives", async (t) => {
  await using host = await startSnapshotHost(ACCESS);
  await using box = await bootBox({ network: "private", forward: [host.port] });
  await setUp(box, host);
  await host.publish(logins("one"));
  await box.sh(`systemctl enable --now ${FOLLOW}`);
  const copied = (session: string) =>
    eventually(
      `the copy having "${session}"`,
      async () => (await box.read(COPY)).includes(`"${session}"`),
    );

  await t.step("brings a new snapshot to the user", async () => {
    await copied("one");
    await host.publish(logins("two"));
    await copied("two");
    assert.equal(await box.sh(`stat -c %a:%U:%G ${COPY}`), "600:ada:ada\n");
  });

  await t.step("is confined", async () => {
    assert.deepEqual(await confinement(box, FOLLOW), CONFINED);
  });

  await t.step("hides its token from its user's other processes", async () => {
    const path = `/run/credentials/${FOLLOW}/token`;
    assert.equal(await box.read(path), "ada-token\n");
    const grace = await box.run(["cat", path], { user: "grace" });
    assert.match(grace.stderr, /Permission denied/);
  });

  await t.step("comes back when it is killed, and after a reboot", async () => {
    await box.sh(`systemctl kill --signal=KILL ${FOLLOW}`);
    await host.publish(logins("three"));
    await copied("three");

    await box.reboot();

    await host.publish(logins("four"));
    await copied("four");
    assert.equal((await box.unit(FOLLOW)).ActiveState, "active");
  });

  await t.step("ends in order", async () => {
    await box.sh(`systemctl stop ${FOLLOW}`);
    assert.equal((await box.unit(FOLLOW)).Result, "success");
  });
});

Deno.test("playwright-mcp@ runs under its directives", async (t) => {
  await using layer = await holdBrowserLayer();
  await using host = await startSnapshotHost(ACCESS);
  await using shop = startSampleSite();
  await using box = await bootBox({
    on: layer,
    network: "private",
    forward: [host.port, shop.port],
  });
  await setUp(box, host);
  await host.publish(logins("one"));

  /** What a fresh session of an agent of ada's sees. */
  async function seen(name: string): Promise<string> {
    const visit = `${MOUNTED}/source/tests/devbox/inside/visit.ts`;
    const { code, stdout, stderr } = await box.run([
      ...[DENO, "run", "-q", "-A", "--cached-only", "--frozen", visit],
      ...["http://localhost:8931/mcp", shop.origin(name)],
    ], { user: "ada", env: { DENO_DIR: `${MOUNTED}/deno_dir` } });
    assert.equal(code, 0, `${stderr}${await box.journal(MCP)}`);
    return stdout.trim();
  }

  await t.step("gives a session that is logged in where its user may be", async () => {
    await box.sh(`systemctl enable --now ${MCP} ${FOLLOW}`);
    await eventually(
      "the server listening",
      () => box.sh("bash -c 'exec 3<>/dev/tcp/localhost/8931'"),
    );

    assert.equal(await seen("shop"), "Hello, one");
    assert.equal(await seen("bank"), "Not logged in");
  });

  await t.step("is confined, with a home and a browser of its own", async () => {
    const { MainPID } = await box.unit(MCP);
    const { homes, ...rest } = await confinement(box, MCP);

    assert.deepEqual({ homes, ...rest }, CONFINED);
    const nsenter = ["nsenter", "-t", `${MainPID}`, "-m", "--"];
    const ssh = await box.run([...nsenter, "stat", "-c", "%a:%U", "/home/ada/.ssh"]);
    assert.equal(ssh.stdout, "0:root\n");
  });

  await t.step("is fresh in the next session, and the same process", async () => {
    const before = (await box.unit(MCP)).MainPID;
    await host.publish(logins("two"));
    await eventually("the copy", async () => (await box.read(COPY)).includes('"two"'));

    assert.equal(await seen("shop"), "Hello, two");
    assert.equal((await box.unit(MCP)).MainPID, before);
  });

  await t.step("comes back after a reboot", async () => {
    await box.reboot();
    await eventually(
      "the server listening",
      () => box.sh("bash -c 'exec 3<>/dev/tcp/localhost/8931'"),
    );

    assert.equal(await seen("shop"), "Hello, two");
  });

  await t.step("gives up aloud when its port is taken", async () => {
    await box.sh(`
      systemctl stop ${MCP}
      mkdir -p /etc/systemd/system/playwright-mcp@ada.service.d
      printf '[Service]\\nRestartSec=100ms\\n' >/etc/systemd/system/playwright-mcp@ada.service.d/x.conf
      systemctl daemon-reload
      systemd-run --quiet --unit=stranger ${DENO} eval 'Deno.listen({hostname: "localhost", port: 8931}); setInterval(() => {}, 1e6)'
    `);
    await eventually(
      "the stranger listening",
      () => box.sh("bash -c 'exec 3<>/dev/tcp/localhost/8931'"),
    );
    await box.sh(`systemctl start ${MCP}`);

    await eventually("the unit failing for good", async () => {
      const { ActiveState, Result } = await box.unit(MCP);
      return ActiveState === "failed" && Result !== "success";
    }, 60_000);
    assert.match(await box.journal(MCP), /EADDRINUSE|in use/);
    assert.equal((await box.unit(MCP)).NRestarts, "5");
  });
});
