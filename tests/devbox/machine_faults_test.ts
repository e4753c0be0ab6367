/**
 * What goes wrong on a real machine is told in one sentence, and leaves what was there.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bootBox } from "./support/box.ts";
import { performInside, type TextAction } from "./support/inside.ts";

const ROOT = { user: "root", group: "root" };

function write(path: string, content: string, user?: string): TextAction {
  const owner = user === undefined ? ROOT : { user, group: user };
  const file = {
    kind: "write_file",
    path,
    content,
    mode: 0o600,
    owner,
    before: undefined,
  } as const;
  return user === undefined ? file : { ...file, as: user };
}

function enable(unit: string): TextAction {
  return { kind: "enable_unit", unit, isStarted: true };
}

Deno.test("perform() says why a file could not be written and leaves nothing behind", async () => {
  await using box = await bootBox({ network: "private" });
  await box.sh(`
    for user in full rooted gone frozen; do useradd -m -K HOME_MODE=0700 $user; done
    mount -t tmpfs -o size=64k,mode=700,uid=$(id -u full),gid=$(id -g full) none /home/full
    chown root:root /home/rooted
    rm -r /home/gone
    mkdir /opt/full /opt/frozen
    mount -t tmpfs -o size=64k none /opt/full
    mount -t tmpfs none /opt/frozen; mount -o remount,ro /opt/frozen
    mount --bind /home/frozen /home/frozen; mount -o remount,ro,bind /home/frozen
  `);
  const large = "x".repeat(100_000);

  const outcomes = await performInside(box, [
    write("/home/full/file", large, "full"),
    write("/home/rooted/file", "x", "rooted"),
    write("/home/gone/file", "x", "gone"),
    write("/home/frozen/file", "x", "frozen"),
    write("/opt/full/file", large),
    write("/opt/frozen/file", "x"),
    { kind: "link", path: "/opt/frozen/link", target: "x" },
    { kind: "make_directory", path: "/opt/frozen/x", mode: 0o755, owner: ROOT },
    write("/home/full/small", "fits", "full"),
  ]);

  // The id of a temporary file is another each time.
  const told = outcomes.map((outcome) =>
    outcome.isDone ? "done" : outcome.error.replaceAll(/[0-9a-f-]{36}/g, "ID")
  );
  assert.deepEqual(told, [
    'Cannot write /home/full/file as "full": write error: No space left on device',
    'Cannot write /home/rooted/file as "rooted": ' +
    "cannot change directory to '/home/rooted': Permission denied",
    'Cannot write /home/gone/file as "gone": ' +
    "cannot change directory to '/home/gone': No such file or directory",
    'Cannot write /home/frozen/file as "frozen": ' +
    "cannot create /home/frozen/.file.ID.tmp: Read-only file system",
    "Cannot write /opt/full/file: No space left on device",
    "Cannot write /opt/frozen/file: Read-only file system",
    'Cannot link /opt/frozen/link to x: "/usr/bin/ln" ended with 1: ' +
    "failed to create symbolic link '/opt/frozen/.link.ID.tmp': Read-only file system",
    "Cannot make directory /opt/frozen/x: Read-only file system",
    "done",
  ]);
  const left = await box.sh(
    "ls -A /home/full /home/frozen /opt/full /opt/frozen | grep tmp || true",
  );
  assert.equal(left, "");
});

Deno.test("perform() says what systemd knows of a unit that does not start", async () => {
  await using box = await bootBox({ network: "private" });
  const unit = (service: string) =>
    `[Service]\n${service}\n[Install]\nWantedBy=multi-user.target\n`;
  await box.write(
    "/etc/systemd/system/exits.service",
    unit("Type=oneshot\nExecStart=/bin/sh -c 'echo a secret; exit 3'"),
  );
  await box.write("/etc/systemd/system/broken.service", unit("ExecStart=relative/path"));
  await box.write("/etc/systemd/system/nobodys@.service", unit("User=%i\nExecStart=/bin/true"));
  await box.write("/etc/systemd/system/bare.service", "[Service]\nExecStart=/bin/sleep 999\n");

  const outcomes = await performInside(box, [
    { kind: "reload_units" },
    enable("exits.service"),
    enable("broken.service"),
    enable("missing@ada.service"),
    enable("nobodys@ada.service"),
    enable("bare.service"),
    { kind: "disable_unit", unit: "missing@ada.service" },
    { kind: "restart_unit", unit: "missing@ada.service" },
  ]);

  const see = (unit: string) => `(see: journalctl -u ${unit})`;
  const missing = "Unit file missing@ada.service does not exist, unit file not-found";
  assert.deepEqual(outcomes.map((outcome) => outcome.isDone ? "done" : outcome.error), [
    "done",
    "Cannot start exits.service: Job for exits.service failed because the control process exited " +
    `with error code, result exit-code, status 3 ${see("exits.service")}`,
    "Cannot start broken.service: Failed to start broken.service: Unit broken.service has a bad " +
    `unit file setting, unit file bad-setting ${see("broken.service")}`,
    `Cannot start missing@ada.service: Failed to enable unit: ${missing} ${
      see("missing@ada.service")
    }`,
    // It fails after it was started; the next run sees that.
    "done",
    // Nothing wants it, and it was started all the same.
    "done",
    `Cannot disable missing@ada.service: Failed to disable unit: ${missing} ${
      see("missing@ada.service")
    }`,
    "Cannot restart missing@ada.service: Failed to try-restart missing@ada.service: Unit " +
    `missing@ada.service not found, unit file not-found ${see("missing@ada.service")}`,
  ]);
  assert.equal(JSON.stringify(outcomes).includes("secret"), false);
});

Deno.test("perform() says why an account could not be made, and finishes it once it can", async () => {
  await using box = await bootBox({ network: "private" });
  const make = (user: string): TextAction => ({ kind: "create_account", user, shell: "/bin/bash" });
  await box.sh("groupadd taken; mount -t tmpfs -o size=8k,mode=755 none /home");

  const taken = await performInside(box, [make("taken")]);
  const homeless = await performInside(box, [make("homeless")]);
  const left = await box.sh("ls -A /home | grep -v '[.]new$' || true");
  await box.sh("umount /home; mount --bind /etc /etc; mount -o remount,ro,bind /etc");
  const frozen = await performInside(box, [make("frozen")]);
  await box.sh("umount /etc");
  const home = { kind: "create_home", user: "homeless", home: "/home/homeless" } as const;
  const finished = await performInside(box, [home, make("frozen")]);

  const told = [...taken, ...homeless, ...frozen].map((one) => one.isDone ? "done" : one.error);
  assert.deepEqual(told, [
    'Cannot create account "taken": "/usr/sbin/useradd" ended with 9: ' +
    "group taken exists - if you want to add this user to that group, use -g",
    'Cannot create the home /home/homeless of "homeless": "/usr/bin/cp" ended with 1: ' +
    "error writing '/home/.homeless.new/.profile': No space left on device",
    'Cannot create account "frozen": "/usr/sbin/useradd" ended with 1: ' +
    "cannot lock /etc/passwd; try again later",
  ]);
  assert.equal(left, "");
  assert.deepEqual(finished, [{ isDone: true }, { isDone: true }]);
  const homes = await box.sh("stat -c '%n %U %a' /home/* /home/*/.profile");
  assert.equal(
    homes,
    "/home/frozen frozen 700\n/home/homeless homeless 700\n" +
      "/home/frozen/.profile frozen 644\n/home/homeless/.profile homeless 644\n",
  );
});

Deno.test("perform() makes an account past the locks of processes that are gone", async () => {
  await using box = await bootBox({ network: "private" });
  await box.sh(
    "printf '1\\0' > /etc/passwd.lock; : > /etc/group.lock; touch -d '1 hour ago' /etc/*.lock",
  );

  const outcomes = await performInside(box, [
    { kind: "create_account", user: "ada", shell: "/bin/bash" },
  ]);

  assert.deepEqual(outcomes, [{ isDone: true }]);
  assert.equal(await box.sh("ls -d /etc/*.lock || true"), "");
});

Deno.test("perform() starts a unit as its file is now, whoever mended that", async () => {
  await using box = await bootBox({ network: "private" });
  const path = "/etc/systemd/system/mended.service";
  const unit = (command: string) =>
    `[Service]\nType=exec\nExecStart=${command}\n[Install]\nWantedBy=multi-user.target\n`;
  await box.write(path, unit("/nonexistent"));
  const [broken] = await performInside(box, [enable("mended.service")]);
  // From now on a target wants it, which keeps it in memory as it is.
  await box.sh("systemctl daemon-reload");
  await box.write(path, unit("/bin/sleep 1000"));

  const [mended] = await performInside(box, [enable("mended.service")]);

  assert.equal(broken?.isDone, false);
  assert.deepEqual(mended, { isDone: true });
  assert.equal((await box.unit("mended.service")).ActiveState, "active");
});
