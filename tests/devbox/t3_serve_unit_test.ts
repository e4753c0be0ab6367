/**
 * The unit of a user's t3, with a stand-in of t3 in which an agent does what agents do.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { bootBox, type Box } from "./support/box.ts";
import { agent, listening, putT3, T3 } from "./support/stand_in_t3.ts";
import { addUser, installSystemFiles } from "./support/unit_box.ts";

const UNIT = "t3-serve@ada.service";

async function bootServe(): Promise<Box> {
  const box = await bootBox({ network: "private" });
  await installSystemFiles(box);
  for (const user of ["ada", "grace"]) await addUser(box, user);
  await box.sh("gpasswd --add ada codex-shared >/dev/null; adduser --quiet ada sudo");
  await box.write("/etc/sudoers.d/ada", "ada ALL=(ALL) NOPASSWD: ALL\n", { mode: 0o440 });
  await box.write("/etc/t3-serve/ada.env", "T3_PORT=3773\n", { mode: 0o600 });
  await putT3(box);
  return box;
}

Deno.test("t3-serve@ starts when its user has a version, and not before", async () => {
  await using box = await bootServe();

  await box.sh(`systemctl enable --now ${UNIT}`);

  const skipped = await box.unit(UNIT);
  assert.deepEqual([skipped.ActiveState, skipped.ConditionResult], ["inactive", "no"]);
  assert.equal(await box.sh("systemctl --failed --no-legend"), "");

  await box.sh(`ln -s ../versions/1 /opt/t3/instances/ada; systemctl start ${UNIT}`);
  await listening(box);
  assert.deepEqual(JSON.parse(await agent(box, "args")), [
    ...["serve", "--host", "127.0.0.1", "--port", "3773", "--base-dir", "/home/ada/.t3"],
    "/home/ada",
  ]);

  await box.sh(`systemctl stop ${UNIT}`);
  const stopped = await box.unit(UNIT);
  assert.deepEqual([stopped.ActiveState, stopped.Result], ["inactive", "success"]);
  assert.equal(stopped.ExecMainStatus, "130");

  await box.reboot();
  await listening(box);
});

Deno.test("t3-serve@ lets an agent work and keeps it in its user's home", async (t) => {
  await using box = await bootServe();
  await box.sh(`ln -s ../versions/1 /opt/t3/instances/ada; systemctl start ${UNIT}`);
  await listening(box);
  const act = (script: string) => agent(box, script);

  await t.step("it works", async () => {
    assert.match(
      await act('echo "$PATH"'),
      /(?:^|:)\/home\/ada\/\.local\/bin:\/opt\/hearth\/node\/current\/bin:/,
    );
    assert.equal(await act("echo x >~/x; mkdir ~/d; cp -a ~/x ~/y; stat -c %a ~/x"), "644");
    assert.equal(await act("chown $(id -u):$(id -g) ~/x && echo ok"), "ok");
    assert.equal(await act("echo x >/tmp/x; cat /tmp/x"), "x");
    assert.equal(await act("grep -c ^processor /proc/cpuinfo >/dev/null && echo ok"), "ok");
    assert.equal(await act("script -qec 'test -t 0 && echo a terminal' /dev/null"), "a terminal");
    assert.equal(await act("stat -c %U /etc/passwd"), "root");
    assert.ok(JSON.parse(await act("addresses")).includes("lo"));
    assert.equal(await act("nice -n 5 echo ran 2>/dev/null"), "ran");
  });

  await t.step("it makes a sandbox of its own", async () => {
    // The namespaces of bubblewrap as Codex calls it, which makes another one of users in its own.
    const made =
      "unshare --user --map-root-user --mount --pid --net --ipc --fork --mount-proc sh -c";
    const inside = "mount -t tmpfs tmpfs /mnt && touch /mnt/x && ls /proc | grep -c ^1$ && " +
      "unshare --user id -u";

    assert.equal(await act(`${made} '${inside}'`), "1\n65534");
  });

  await t.step("it shares what its group shares", async () => {
    assert.equal(
      await act("echo new >/opt/codex-shared/auth.json; ls /opt/codex-shared"),
      "auth.json",
    );
    assert.equal(await box.sh("stat -c %U:%G /opt/codex-shared/auth.json"), "ada:codex-shared\n");
  });

  await t.step("it is refused what is not its user's", async () => {
    assert.equal(await act("ls /home"), "ada");
    assert.match(await act("cat /home/grace/private"), /No such file/);
    assert.match(await act("cat /etc/t3-serve/ada.env"), /Permission denied/);
    assert.match(await act("touch /etc/x"), /Read-only/);
    assert.match(await act("touch /usr/local/bin/x"), /Read-only/);
    assert.match(await act("sudo -n true"), /^failed: /);
    assert.match(await act("cp /bin/true ~/t && chmod u+s ~/t"), /not permitted/);
    assert.match(await act("dmesg"), /^failed: /);
    assert.match(await act("ls /proc/1/"), /No such file|cannot access/);
    assert.match(await act("ls /run/user/0"), /^failed: /);
  });

  await t.step("a build that eats all memory costs that build alone", async () => {
    await box.sh(`systemctl set-property --runtime ${UNIT} MemoryMax=200M`);
    const { MainPID } = await box.unit(UNIT);

    assert.match(await act("(tail /dev/zero); echo ended with $?"), /ended with (137|1)$/);

    const after = await box.unit(UNIT);
    assert.deepEqual([after.MainPID, after.ActiveState], [MainPID, "active"]);
  });

  await t.step("it leaves nothing behind when it is stopped", async () => {
    await act("setsid sh -c 'trap \"\" TERM HUP; sleep 54321' >/dev/null 2>&1 &");
    await eventually(
      "it running",
      () => box.sh("pgrep -f 'sleep 54321' || grep -lsz 54321 /proc/[0-9]*/cmdline"),
    );

    await box.sh(`systemctl stop ${UNIT}`);

    assert.equal((await box.run(["sh", "-c", "grep -lsz '^54321' /proc/[0-9]*/cmdline"])).code, 1);
  });
});

Deno.test("t3-serve@ comes back when it is killed, and gives up aloud when it cannot start", async () => {
  await using box = await bootServe();
  await box.sh(`ln -s ../versions/1 /opt/t3/instances/ada
    mkdir -p /etc/systemd/system/${UNIT}.d
    printf '[Service]\\nRestartSec=100ms\\n' >/etc/systemd/system/${UNIT}.d/soon.conf
    systemctl daemon-reload
    systemctl start ${UNIT}`);
  await listening(box);
  const { MainPID } = await box.unit(UNIT);

  await box.sh(`systemctl kill --kill-whom=main --signal=KILL ${UNIT}`);

  await eventually("another one", async () => {
    const unit = await box.unit(UNIT);
    return unit.ActiveState === "active" && unit.MainPID !== MainPID && unit.MainPID !== "0";
  });
  await box.write(T3, "#!/bin/sh\necho port is taken >&2\nexit 1\n", { mode: 0o755 });
  await box.sh(`systemctl kill --kill-whom=main --signal=KILL ${UNIT}`);
  await eventually("it giving up", async () => (await box.unit(UNIT)).ActiveState === "failed");
  assert.match(await box.sh("systemctl --failed --no-legend"), /t3-serve@ada\.service/);
  assert.match(await box.journal(UNIT), /Start request repeated too quickly/);
});
