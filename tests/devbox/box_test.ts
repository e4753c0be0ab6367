/**
 * The boxes themselves: what the other tests here rely on.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../core/process.ts";
import { eventually } from "../support/eventually.ts";
import { runningProcesses } from "../support/processes.ts";
import { bootBox, MOUNTED } from "./support/box.ts";
import { cacheDir } from "./support/cache.ts";

const DENO = `${MOUNTED}/bin/deno`;

const ECHO_UNIT = `[Service]
ExecStart=${DENO} eval 'Deno.serve({ port: 8931 }, () => new Response("a box"))'
`;

Deno.test("bootBox() boots a bare Debian when nothing else is asked for", async () => {
  await using box = await bootBox();

  const state = await box.run(["systemctl", "is-system-running"]);
  const version = await box.sh("systemctl --version | head -1");

  assert.deepEqual([state.code, state.stdout], [0, "running\n"]);
  assert.match(version, /^systemd 252 /);
  const facts = await box.sh(
    "hostname; readlink /proc/1/exe; ls -A /home; command -v node || true",
  );
  assert.equal(facts, "devbox\n/usr/lib/systemd/systemd\n");
});

Deno.test("bootBox() shows the checkout read-only and runs it with this Deno", async () => {
  await using box = await bootBox();

  const { code, stdout, stderr } = await box.run([
    ...[`${MOUNTED}/bin/deno`, "run", "-q", "--cached-only", "--frozen", "-P=roster"],
    ...[`${MOUNTED}/source/roster.ts`, "--help"],
  ], { env: { DENO_DIR: `${MOUNTED}/deno_dir` } });

  assert.equal(code, 0, stderr);
  assert.match(stdout, /roster/);
  const touched = await box.run(["touch", `${MOUNTED}/source/x`]);
  assert.match(touched.stderr, /Read-only file system/);
});

Deno.test("run() gives every byte and the exit code when a user runs a command", async () => {
  await using box = await bootBox();
  await box.sh("useradd -m ada");

  const bytes = new Uint8Array([0, 255, 10, 0, ...new TextEncoder().encode("zażółć ✓")]);
  const echoed = await box.run(["cat"], { user: "ada", input: bytes });
  const who = await box.run(["sh", "-c", 'id -un; id -Gn; pwd; echo "$HOME $X"; exit 7'], {
    user: "ada",
    env: { X: "a b" },
  });
  const killed = await box.run(["sh", "-c", "kill -TERM $$"]);

  assert.deepEqual(echoed.bytes, bytes);
  assert.deepEqual([who.code, who.stdout], [7, "ada\nada\n/home/ada\n/home/ada a b\n"]);
  assert.equal(killed.code, 143);
  await assert.rejects(box.run(["sleep", "60"], { deadlineMs: 100 }), /took longer than 100 ms/);
  assert.equal((await box.run(["true"], { input: "unread" })).code, 0);
});

Deno.test("start() ends a command in the box when it is killed from outside", async () => {
  await using box = await bootBox();
  const running = box.start([
    "sh",
    "-c",
    'trap "echo bye; exit 3" TERM; echo $$ >/run/x; sleep 60 >/dev/null 2>&1 & wait',
  ]);
  const pid = await eventually("the command starting", () => box.sh("cat /run/x"));

  running.kill("SIGTERM");
  const polite = await running.result;
  const stubborn = box.start(["sleep", "1234"], { user: "daemon" });
  await eventually("sleep starting", () => box.sh("grep -lsz '^[1]234' /proc/[0-9]*/cmdline"));
  stubborn.kill("SIGKILL");

  assert.deepEqual([polite.code, polite.stdout], [3, "bye\n"]);
  assert.equal((await stubborn.result).code, 137);
  assert.equal((await box.run(["test", "-e", `/proc/${pid.trim()}`])).code, 1);
});

Deno.test("reboot() starts another boot of the same files when the box runs", async () => {
  await using box = await bootBox();
  await box.write("/etc/hearth/x.json", '{"a":"ż"}\n', { mode: 0o600 });
  await box.write("/run/gone", "");
  const boot = await box.read("/proc/sys/kernel/random/boot_id");
  const machine = await box.read("/etc/machine-id");

  await box.reboot();

  assert.equal(await box.read("/etc/hearth/x.json"), '{"a":"ż"}\n');
  assert.equal(await box.sh("stat -c %a:%U /etc/hearth/x.json"), "600:root\n");
  assert.equal((await box.run(["test", "-e", "/run/gone"])).code, 1);
  assert.notEqual(await box.read("/proc/sys/kernel/random/boot_id"), boot);
  assert.equal(await box.read("/etc/machine-id"), machine);

  await box.cutPower();
  await assert.rejects(box.sh("true"), /the box is off/);
  await box.powerOn();
  await box.powerOff();
  await box.powerOn();
  assert.equal(await box.read("/etc/hearth/x.json"), '{"a":"ż"}\n');
});

Deno.test("bootBox() boots over a layer when another box saved one", async () => {
  await using first = await bootBox();
  await first.sh("useradd -m ada; rm /etc/sudoers.d/README");
  await using layer = await first.saveLayer();

  await using second = await bootBox({ on: layer });
  await using third = await bootBox({ on: layer });
  await second.sh("userdel -r ada");

  assert.equal((await third.run(["id", "ada"])).code, 0);
  assert.equal((await third.run(["test", "-e", "/etc/sudoers.d/README"])).code, 1);
  assert.notEqual(await second.read("/etc/machine-id"), await third.read("/etc/machine-id"));
});

Deno.test("bootBox() gives every box all ports when their networks are private", async () => {
  const serve = () =>
    Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("from the host\n"),
    );
  await using host = serve();
  await using unforwarded = serve();
  const { port } = host.addr;
  const forward = [port, { port, at: 8088 }];
  const options = { network: "private", forward } as const;
  await using one = await bootBox(options);
  await using other = await bootBox(options);

  for (const box of [one, other]) {
    await box.write("/etc/systemd/system/echo.service", ECHO_UNIT);
    await box.sh("systemctl start echo.service");
  }

  for (const box of [one, other]) {
    assert.equal(await ask(box.address, 8931), "200 a box");
    for (const at of [port, 8088]) {
      assert.equal(await box.sh(`exec ${DENO} eval '${fetchText(at)}'`), "from the host\n");
    }
    const other = await box.run([
      "sh",
      "-c",
      `exec ${DENO} eval '${fetchText(unforwarded.addr.port)}'`,
    ]);
    assert.match(other.stderr, /refused/);
  }
});

Deno.test("bootBox() leads to the world when a private box asks for it", async () => {
  await using box = await bootBox({ network: "private", hasWorld: true });

  await box.sh("apt-get update");

  assert.match(await box.sh("apt-cache policy chromium"), /Candidate: \d/);
});

Deno.test("a unit is held to its limits when it runs in a box", async () => {
  await using box = await bootBox();

  const limits = ["-p", "MemoryMax=20M", "-p", "MemorySwapMax=0"];
  const eater = await box.run([
    ...["systemd-run", "--wait", "--quiet", "--unit=eater", ...limits],
    ...["sh", "-c", "tail /dev/zero"],
  ]);

  assert.notEqual(eater.code, 0);
  assert.match(await box.journal("eater"), /status=(137|9)|oom-kill/);
});

Deno.test("nothing of a box is left when its test is killed", async () => {
  const script = `import { bootBox } from "${new URL("support/box.ts", import.meta.url)}";
    const box = await bootBox({ network: "private" });
    await box.sh("systemd-run --unit=x sleep 1234567");
    console.log(box.name);
    await new Promise(() => setInterval(() => {}, 1000));`;
  const test = new Deno.Command(Deno.execPath(), {
    args: ["eval", "-q", script],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let name = "";
  for await (const bytes of test.stdout) {
    name = new TextDecoder().decode(bytes).trim();
    break;
  }

  test.kill("SIGKILL");
  await test.status;

  const alive = () => runningProcesses().filter(({ command }) => /\b1234567$/.test(command));
  await eventually("every process ending", () => alive().length === 0);
  // Files and control groups are removed when the next box is booted.
  await using _next = await bootBox();
  const { stdout } = await runCommand("find", [
    ...["/sys/fs/cgroup", "/run/systemd", cacheDir(), "-maxdepth", "3", "-name", `${name}*`],
  ]);
  assert.equal(stdout, "");
  assert.ok(!(await Deno.readTextFile("/proc/mounts")).includes(name));
});

/** The head of the answer to a request. */
async function ask(hostname: string, port: number): Promise<string> {
  return await eventually("an answer", async () => {
    const response = await fetch(`http://${hostname}:${port}/`);
    return `${response.status} ${await response.text()}`;
  });
}

/** Code that prints what a port answers. */
function fetchText(port: number): string {
  return `console.log((await (await fetch("http://127.0.0.1:${port}/")).text()).trim())`;
}
