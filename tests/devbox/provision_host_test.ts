/**
 * `provision.ts host` on a box that has most of its Debian packages: that it brings all of them to a
 * bare one is shown by `provision_users_test.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { startVault } from "../support/vault.ts";
import { bootBox, type Box, MOUNTED } from "./support/box.ts";
import { QUIET_TIMERS } from "./support/dev_box.ts";
import { holdPackagesLayer } from "./support/packages_layer.ts";
import { startSampleSite } from "./support/sample_site.ts";

const DENO = `${MOUNTED}/bin/deno`;
const PROVISION = [
  ...[DENO, "run", "-q", "--no-prompt", "--frozen", "-P=provision"],
  `${MOUNTED}/source/provision.ts`,
];
const SETTINGS = `
snapshot:
  url: http://127.0.0.1:8088/api/snapshot
  token: vault:secret/box#snapshot_token
codex_auth: vault:secret/box#codex_auth
host:
  packages: [no-such-package, hello]
  private_trees: [/srv/code]
  kubelogin:
    # Nobody is there.
    url: http://127.0.0.1:9/releases
`;

interface Event {
  readonly type: string;
  readonly resource?: string;
  readonly result?: string;
  readonly summary?: string;
  readonly fix?: string;
}

/** Runs `provision.ts host`; its events without those that say that something is right. */
async function runHost(box: Box, args: readonly string[], env: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await box.run([
    ...PROVISION,
    "host",
    "--json",
    "--wait",
    "300",
    ...args,
  ], {
    env: { DENO_DIR: `${MOUNTED}/deno_dir`, NO_COLOR: "1", ...env },
    deadlineMs: 900_000,
  });
  const events = stdout.trimEnd().split("\n").map((line): Event => JSON.parse(line));
  const items = events.filter(({ type, result }) => type === "item" && result !== "ok");
  return { code, items, output: `${stdout}${stderr}` };
}

const kindsOf = (items: readonly Event[]) => [...new Set(items.map(({ result }) => result))].sort();

Deno.test("provision host brings a box all that a machine needs", async (t) => {
  await using vault = startVault();
  vault.put("secret/box", { snapshot_token: "t0ken-one", codex_auth: '{"tokens":1}' });
  await using shop = startSampleSite();
  const vaultPort = Number(new URL(vault.address).port);
  await using layer = await holdPackagesLayer();
  await using box = await bootBox({
    on: layer,
    network: "private",
    hasWorld: true,
    forward: [vaultPort, shop.port],
    files: QUIET_TIMERS,
  });
  const env = { VAULT_ADDR: vault.address, VAULT_TOKEN: "hvs.test" };
  await box.write("/etc/hearth/provision.yaml", SETTINGS);
  await box.write("/etc/hearth/roster.yaml", "users: {}\n");
  await box.sh("mkdir -m 755 /srv/code");

  await t.step("--plan touches nothing, and says that changes are pending", async () => {
    const before = await box.sh("ls -laR /etc /opt /usr/local /var/lib | sha256sum");

    const { code, items, output } = await runHost(box, ["--plan"], env);

    assert.equal(code, 2, output);
    assert.ok(items.filter(({ result }) => result === "pending").length > 40, output);
    assert.equal(await box.sh("ls -laR /etc /opt /usr/local /var/lib | sha256sum"), before);
  });

  await t.step(
    "does everything that can be done, and warns of what cannot be fetched",
    async () => {
      const { code, items, output } = await runHost(box, [], env);

      const rest = items.filter(({ result }) => !/^(?:changed|skipped)$/.test(result ?? ""));
      assert.deepEqual(rest.map(({ resource }) => resource), [
        "package no-such-package",
        "tree /opt/hearth/kubelogin/1.36.4",
        // One token for everybody.
        "inputs",
      ], output);
      assert.equal(code, 0, output);
      assert.doesNotMatch(output, /t0ken-one|"tokens"|hvs\.test/);
    },
  );

  assert.match(await box.sh("hello"), /Hello/);
  // apt would read its lists anew each time.
  await box.write("/etc/hearth/provision.yaml", SETTINGS.replace("no-such-package, ", ""));

  await t.step("has nothing to do the second time", async () => {
    const { code, items, output } = await runHost(box, [], env);

    assert.equal(code, 0, output);
    assert.deepEqual(kindsOf(items), ["warning"], output);
  });

  await t.step("made modes, owners and accounts as they are documented", async () => {
    const facts = await box.sh(`
      stat -c '%a %U:%G %n' /etc/t3-serve /etc/t3-serve/tokens /etc/t3-serve/chrome-service-token \
        /opt/codex-shared /opt/codex-shared/auth.json /etc/sudoers.d/t3-autopair /srv/code \
        /var/lib/t3-provision /usr/local/bin/t3-mint /usr/local/bin/start-claude \
        /etc/credstore/t3-dispatch-ingress
      id -un t3-dispatch; visudo -c >&2
    `);

    assert.deepEqual(facts.trimEnd().split("\n"), [
      "755 root:root /etc/t3-serve",
      "700 root:root /etc/t3-serve/tokens",
      "600 root:root /etc/t3-serve/chrome-service-token",
      "2770 root:codex-shared /opt/codex-shared",
      "660 root:codex-shared /opt/codex-shared/auth.json",
      "440 root:root /etc/sudoers.d/t3-autopair",
      "750 root:root /srv/code",
      "700 root:root /var/lib/t3-provision",
      "755 root:root /usr/local/bin/t3-mint",
      "755 root:root /usr/local/bin/start-claude",
      "600 root:root /etc/credstore/t3-dispatch-ingress",
      "t3-dispatch",
    ]);
  });

  await t.step("enabled the update's timer without starting it", async () => {
    const timers = ["t3-autoupdate.timer", "t3-backup-state.timer", "t3-provision-users.timer"];
    const states = await Promise.all(timers.map(async (timer) => {
      const { UnitFileState, ActiveState } = await box.unit(timer);
      return `${UnitFileState} ${ActiveState}`;
    }));

    assert.deepEqual(states, ["enabled inactive", "enabled active", "enabled active"]);
  });

  await t.step("left no unit failed", async () => {
    assert.equal(await box.sh("systemctl list-units --failed --no-legend --plain"), "");
  });

  await t.step("gives a user an MCP server that shows a page in Chromium", async () => {
    await box.sh("useradd -m ada");
    await box.write("/etc/t3-serve/playwright-ada.env", "PLAYWRIGHT_PORT=8931\n", { mode: 0o600 });
    await box.sh("systemctl start playwright-mcp@ada.service");
    await eventually(
      "the server listening",
      () => box.sh("bash -c 'exec 3<>/dev/tcp/localhost/8931'"),
    );

    const { code, stdout, stderr } = await box.run([
      ...[DENO, "run", "-q", "-A", "--cached-only", "--frozen"],
      ...[`${MOUNTED}/source/tests/devbox/inside/visit.ts`, "http://localhost:8931/mcp"],
      shop.origin("shop"),
    ], { user: "ada", env: { DENO_DIR: `${MOUNTED}/deno_dir` } });

    assert.equal(code, 0, `${stderr}${await box.journal("playwright-mcp@ada.service")}`);
    assert.equal(stdout.trim(), "Not logged in");
  });

  await t.step("believes nobody on the box who says who they are, but the ingress", async () => {
    const token = (await box.read("/etc/credstore/t3-dispatch-ingress")).trim();
    const ask = async (shown: readonly string[]) => {
      const header = shown.map((one) => ["--header", `X-Hearth-Ingress: ${one}`]).flat();
      const { stdout, stderr } = await box.run([
        ...["curl", "--silent", "--show-error", "--dump-header", "-", "--output", "/dev/null"],
        ...["--header", "X-authentik-username: grace", ...header, "http://127.0.0.1:3780/"],
      ], { user: "ada" });
      return /x-hearth-dispatch: (\w+)/i.exec(stdout)?.[1] ?? `${stdout}${stderr}`;
    };

    assert.equal(await ask([]), "ingress_unproved");
    assert.equal(await ask([token.replace(/.$/, "~")]), "ingress_unproved");
    // Believed; and nobody is led anywhere on a box without users.
    assert.equal(await ask([token]), "user_unmapped");
    const { code } = await box.run(["cat", "/etc/credstore/t3-dispatch-ingress"], { user: "ada" });
    assert.equal(code, 1);
  });

  await t.step("installs itself again from where it is, offline, as the same release", async () => {
    const { code, stdout, stderr } = await box.run([
      ...["/usr/local/bin/hearth-provision", "host", "--plan"],
    ], { env: { http_proxy: "", https_proxy: "", NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" } });

    assert.match(stdout, /install kubelogin 1\.36\.4/, stderr);
    assert.doesNotMatch(stdout, /install app|write /);
    assert.equal(code, 2, stderr);
  });

  await t.step("brings a rotated token, and keeps it when Vault is sealed", async () => {
    vault.put("secret/box", { snapshot_token: "t0ken-two", codex_auth: '{"tokens":1}' });
    await box.write("/opt/codex-shared/auth.json", '{"renewed":true}', {
      mode: 0o660,
      owner: "root:codex-shared",
    });
    await runHost(box, [], env);
    vault.become("sealed");

    const { code, items } = await runHost(box, [], env);

    assert.equal(await box.read("/etc/t3-serve/chrome-service-token"), "t0ken-two\n");
    assert.equal(await box.read("/opt/codex-shared/auth.json"), '{"renewed":true}');
    assert.equal(code, 0);
    assert.equal(items.filter(({ summary }) => /Vault is sealed/.test(summary ?? "")).length, 2);
  });

  await t.step("puts right what somebody broke, and restarts nothing", async () => {
    const before = await box.unit("playwright-mcp@ada.service");
    await box.sh(`
      echo '// changed' >>/opt/hearth/mcp/current/node_modules/@playwright/mcp/cli.js
      echo '# changed' >>/etc/systemd/system/playwright-mcp@.service
      chmod 777 /etc/t3-serve
    `);

    const { code, output } = await runHost(box, [], env);

    assert.equal(code, 0, output);
    const { MainPID, NeedDaemonReload } = await box.unit("playwright-mcp@ada.service");
    assert.deepEqual([MainPID, NeedDaemonReload], [before.MainPID, "no"]);
    assert.equal(await box.sh("stat -c %a /etc/t3-serve"), "755\n");
    await box.sh("! grep -q changed /opt/hearth/mcp/current/node_modules/@playwright/mcp/cli.js");
  });
});
