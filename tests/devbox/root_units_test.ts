/**
 * The units that run as root, each doing under its directives what its program has to do, and
 * refused what it has no business with.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bootBox, type Box, MOUNTED } from "./support/box.ts";
import { actAs, addUser, installStandIn, installSystemFiles } from "./support/unit_box.ts";

/** A command of ada's, as the programs become her. */
const asAda = (script: string) =>
  "setpriv --reuid=ada --regid=ada --init-groups --no-new-privs --inh-caps=-all " +
  `sh -c '${script}'`;

const READ_ONLY = /Read-only file system$/;
const DENIED = /Permission denied$/;
const NOT_PERMITTED = /Operation not permitted$/;

/** What no root unit may, whatever it is for. */
const FORBIDDEN = {
  "write a program": "touch /usr/bin/x",
  "write the boot loader's": "touch /boot/x",
  "see root's home": 'test -z "$(ls -A /root)" || exit 1; echo hidden',
  "mount": "mount -t tmpfs tmpfs /mnt",
  "load a module": "touch /lib/modules/x || ls /lib/modules",
  "make a device": "mknod /tmp/x b 8 0",
  "make a setuid program": "cp /bin/true /tmp/x; chmod u+s /tmp/x",
  "make a namespace": "unshare --mount true",
  "set the clock": "date --set=2000-01-01 >/dev/null",
  "name the machine": "hostname x",
};

function assertForbidden(came: Readonly<Record<string, string>>): void {
  assert.equal(came["see root's home"], "hidden");
  for (const what of Object.keys(FORBIDDEN)) {
    if (what !== "see root's home") assert.match(came[what] ?? "", /^failed: /, what);
  }
}

async function bootUnits(): Promise<Box> {
  const box = await bootBox({ network: "private" });
  await installSystemFiles(box);
  await addUser(box, "ada");
  await box.sh(`systemd-run --quiet --unit=adas --uid=ada ${MOUNTED}/bin/deno eval \\
      'Deno.listen({ hostname: "127.0.0.1", port: 8931 }); setInterval(() => {}, 1e6)'
    until grep -q :22E3 /proc/net/tcp; do sleep 0.1; done
    systemctl show -P MainPID adas.service >/run/adas.pid`);
  return box;
}

Deno.test("t3-autoupdate.service lets its program do its work and nothing else", async () => {
  await using box = await bootUnits();
  await using site = Deno.serve(
    { hostname: box.host, port: 0, onListen() {} },
    () => new Response("packument"),
  );
  await installStandIn(box, "/opt/t3/versions/1/bin/t3", "setInterval(() => {}, 1e6);");
  await box.sh(
    "ln -s ../versions/1 /opt/t3/instances/ada; echo T3_PORT=3773 >/etc/t3-serve/ada.env",
  );
  await box.sh("systemctl start t3-serve@ada");
  const before = (await box.unit("t3-serve@ada.service")).MainPID;

  const came = await actAs(box, "t3-autoupdate.service", "/usr/local/bin/t3-autoupdate", {
    "ask the registry": `bash -c 'exec 3<>/dev/tcp/${box.host}/${site.addr.port}; ` +
      `printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3; tail -n 1 <&3'`,
    "list the machine's addresses": `${MOUNTED}/bin/deno eval "Deno.networkInterfaces()"; echo ok`,
    "stage a version": "cd /opt/t3/versions; cp -r 1 2; chmod -R go=rX 2; ls",
    "flip a pointer": "ln -s ../versions/2 /opt/t3/instances/.ada.new; " +
      "mv -T /opt/t3/instances/.ada.new /opt/t3/instances/ada; readlink /opt/t3/instances/ada",
    "write its journal": "cd /var/lib/t3-autoupdate; echo x >journal; stat -c %U:%a journal",
    "lock": "flock --nonblock /var/lib/t3-autoupdate/lock echo locked",
    "freeze itself": "echo why >/etc/t3-autoupdate.freeze; rm /etc/t3-autoupdate.freeze; echo ok",
    "back up what ada reads": `mkdir -p /var/backups/t3-state/ada; ${
      asAda("cat ~ada/private")
    } >/var/backups/t3-state/ada/x; cat /var/backups/t3-state/ada/x`,
    "write as ada": asAda("umask 077; echo restored >~ada/.t3; stat -c %U:%a ~ada/.t3"),
    "use a scratch directory of ada's": asAda("mkdir /var/tmp/a; echo x >/var/tmp/a/b; echo ok"),
    "end what ada runs": asAda("sleep 60 & kill $!; wait $!; echo killed"),
    "restart ada's instance": "systemctl restart t3-serve@ada.service; " +
      "systemctl is-active t3-serve@ada.service",
    "have a home": 'touch "$HOME/.npmrc"; echo "$HOME"',
    "read ada's as root": "cat /home/ada/private",
    "write ada's as root": "touch /home/ada/x",
    "kill ada's as root": "kill $(cat /run/adas.pid)",
    "give a file away": "touch /tmp/y; chown ada /tmp/y",
    ...FORBIDDEN,
  });

  assert.equal(came["ask the registry"], "packument");
  assert.equal(came["list the machine's addresses"], "ok");
  assert.equal(came["stage a version"], "1\n2");
  assert.equal(came["flip a pointer"], "../versions/2");
  assert.equal(came["write its journal"], "root:600");
  assert.equal(came["lock"], "locked");
  assert.equal(came["freeze itself"], "ok");
  assert.equal(came["back up what ada reads"], "ada's");
  assert.equal(came["write as ada"], "ada:600");
  assert.equal(came["use a scratch directory of ada's"], "ok");
  assert.equal(came["end what ada runs"], "killed");
  assert.equal(came["restart ada's instance"], "active");
  assert.equal(came["have a home"], "/var/lib/t3-autoupdate");
  assert.match(came["read ada's as root"] ?? "", DENIED);
  assert.match(came["write ada's as root"] ?? "", DENIED);
  assert.match(came["kill ada's as root"] ?? "", NOT_PERMITTED);
  assert.match(came["give a file away"] ?? "", NOT_PERMITTED);
  assertForbidden(came);
  const { MainPID, Result } = await box.unit("t3-serve@ada.service");
  assert.notEqual(MainPID, before);
  assert.equal(Result, "success");
});

Deno.test("t3-backup-state.service lets its program do its work and nothing else", async () => {
  await using box = await bootUnits();

  const came = await actAs(box, "t3-backup-state.service", "/usr/local/bin/t3-backup-state", {
    "back up what ada reads": `mkdir -p /var/backups/t3-state/ada; ${
      asAda("cat ~ada/private")
    } >/var/backups/t3-state/ada/x; stat -c %U:%a /var/backups/t3-state/ada/x`,
    "take the updater's lock": "flock --nonblock /var/lib/t3-autoupdate/lock echo locked",
    "restore as ada": asAda("echo x >~ada/y; echo ok"),
    "let ada take a backup away": asAda("rm -rf /var/backups/t3-state/ada"),
    "read ada's as root": "cat /home/ada/private",
    "reach the network": "bash -c 'exec 3<>/dev/tcp/127.0.0.1/22'",
    "write settings": "touch /etc/x",
    "write a version": "touch /opt/t3/versions/x",
    ...FORBIDDEN,
  });

  assert.equal(came["back up what ada reads"], "root:600");
  assert.equal(came["take the updater's lock"], "locked");
  assert.equal(came["restore as ada"], "ok");
  assert.match(came["let ada take a backup away"] ?? "", DENIED);
  assert.match(came["read ada's as root"] ?? "", DENIED);
  assert.match(came["reach the network"] ?? "", /not supported by protocol/);
  assert.match(came["write settings"] ?? "", READ_ONLY);
  assert.match(came["write a version"] ?? "", READ_ONLY);
  assertForbidden(came);
});

Deno.test("t3-provision-users.service lets its program do its work and nothing else", async () => {
  await using box = await bootUnits();
  await box.sh("groupadd code-shared");

  const came = await actAs(box, "t3-provision-users.service", "/usr/local/bin/t3-provision-users", {
    "make an account": "useradd --create-home --shell /bin/bash -K HOME_MODE=0700 grace; " +
      "passwd --lock grace >/dev/null; stat -c %U:%G:%a /home/grace",
    "fill its home": "ls -A /home/grace/start-claude.sh",
    "lock its password": "passwd --status grace | cut -d' ' -f1,2",
    "join a group": "gpasswd --add grace code-shared >/dev/null; id -Gn grace",
    "end an account": "chage --expiredate 1 grace; chage --expiredate -1 grace; echo ok",
    "write a user's settings": "umask 077; echo T3_PORT=3773 >/etc/t3-serve/grace.env; " +
      "stat -c %U:%a /etc/t3-serve/grace.env",
    "write maps": "echo a=b >/etc/ttyd-user-map; echo ok",
    "write its state":
      "echo x >/var/lib/t3-provision/applied.json; stat -c %a /var/lib/t3-provision",
    "lock": "flock --nonblock /var/lib/t3-provision/lock echo locked",
    "renew a shared login": "echo x >/opt/codex-shared/auth.json; " +
      "chown root:codex-shared /opt/codex-shared/auth.json; chmod 660 /opt/codex-shared/auth.json; " +
      "stat -c %U:%G:%a /opt/codex-shared/auth.json",
    "write as ada": asAda("mkdir -p ~ada/.config/playwright; echo x >~ada/.config/x; echo ok"),
    "end ada's program that hangs": `timeout 1 ${asAda("sleep 60")}; echo $?`,
    "give a home away":
      "install -d -o ada -g ada -m 700 /home/ada/.made; stat -c %U /home/ada/.made",
    "reload units": "systemctl daemon-reload; echo ok",
    "enable a unit": "systemctl enable --now t3-serve@grace.service 2>/dev/null; " +
      "systemctl is-enabled t3-serve@grace.service",
    "see who listens": "grep -o :22E3 /proc/net/tcp",
    "name who holds a port": 'readlink "/proc/$(cat /run/adas.pid)/fd/1"',
    "reach the network": "bash -c 'exec 3<>/dev/tcp/127.0.0.1/22'",
    "write a version": "touch /opt/t3/versions/x",
    "write a program of ours": "touch /usr/local/bin/x",
    ...FORBIDDEN,
  });

  assert.equal(came["make an account"], "grace:grace:700");
  assert.equal(came["fill its home"], "/home/grace/start-claude.sh");
  assert.equal(came["lock its password"], "grace L");
  assert.equal(came["join a group"], "grace code-shared");
  assert.equal(came["end an account"], "ok");
  assert.equal(came["write a user's settings"], "root:600");
  assert.equal(came["write maps"], "ok");
  assert.equal(came["write its state"], "700");
  assert.equal(came["lock"], "locked");
  assert.equal(came["renew a shared login"], "root:codex-shared:660");
  assert.equal(came["write as ada"], "ok");
  assert.equal(came["end ada's program that hangs"], "124");
  assert.equal(came["give a home away"], "ada");
  assert.equal(came["reload units"], "ok");
  assert.equal(came["enable a unit"], "enabled");
  assert.equal(came["see who listens"], ":22E3");
  // That takes CAP_SYS_PTRACE: by the timer, whose port it is is told by user and not by process.
  assert.match(came["name who holds a port"] ?? "", /^failed: /);
  assert.match(came["reach the network"] ?? "", /not supported by protocol/);
  assert.match(came["write a version"] ?? "", READ_ONLY);
  assert.match(came["write a program of ours"] ?? "", READ_ONLY);
  assertForbidden(came);
  // A t3 that is not installed yet is waited for, not failed.
  assert.equal((await box.unit("t3-serve@grace.service")).ActiveState, "inactive");
  assert.equal((await box.run(["systemctl", "is-failed", "t3-serve@grace"])).stdout, "inactive\n");
});
