/**
 * The drop-ins of the documentation that loosen an agent's sandbox, tried.
 *
 * @module
 */
import assert from "node:assert/strict";
import { documentedDropIns } from "../support/drop_ins.ts";
import { bootBox, type Box } from "./support/box.ts";
import { addUser, installStandIn, installSystemFiles } from "./support/unit_box.ts";

const UNIT = "t3-serve@ada.service";

/** PTRACE_TRACEME, as a debugged program asks for it (x86-64 and arm64 number it differently). */
const TRACE = `perl -e '$n = \`uname -m\` =~ /x86/ ? 101 : 117; ` +
  `exit(syscall($n, 0, 0, 0, 0) == 0 ? 0 : 1)' && echo traced`;

Deno.test("the documented drop-ins give back what they say when they are in place", async () => {
  await using box = await bootBox({ network: "private" });
  await installSystemFiles(box);
  await addUser(box, "ada");
  await box.write("/etc/sudoers.d/ada", "ada ALL=(ALL) NOPASSWD: ALL\n", { mode: 0o440 });
  await box.write("/etc/t3-serve/ada.env", "T3_PORT=3773\n", { mode: 0o600 });
  await box.sh("install -d -o ada /srv/shared; ln -s ../versions/1 /opt/t3/instances/ada");
  // Does what it is to do once, at its start.
  const acts = {
    sudo: "sudo -n touch /usr/local/bin/by-sudo && echo ok",
    debug: TRACE,
    shared: "touch /srv/shared/x && echo ok",
  };
  await installStandIn(
    box,
    "/opt/t3/versions/1/bin/t3",
    `const came = {};
    for (const [what, script] of Object.entries(${JSON.stringify(acts)})) {
      came[what] = (await sh(script)).replace(/^failed.*/s, "failed");
    }
    Deno.writeTextFileSync("/home/ada/came.json", JSON.stringify(came));
    Deno.exit(130);`,
  );

  const came: Record<string, unknown> = { none: await actsOf(box) };
  for (const [name, { path, text }] of documentedDropIns()) {
    if (!path.includes("/t3-serve@")) continue;
    await box.write(path, text);
    came[name] = await actsOf(box);
    await box.sh(`rm ${path}`);
  }

  assert.deepEqual(came, {
    none: { sudo: "failed", debug: "failed", shared: "failed" },
    "sudo.conf": { sudo: "ok", debug: "traced", shared: "ok" },
    "debug.conf": { sudo: "failed", debug: "traced", shared: "failed" },
    "shared.conf": { sudo: "failed", debug: "failed", shared: "ok" },
  });
});

/** Runs the unit once and gives what came of each act. */
async function actsOf(box: Box): Promise<Readonly<Record<string, string>>> {
  await box.sh(`rm -f /srv/shared/x /home/ada/came.json
    mkdir -p /run/systemd/system/${UNIT}.d
    printf '[Service]\\nType=oneshot\\nRestart=no\\n' >/run/systemd/system/${UNIT}.d/once.conf
    systemctl daemon-reload
    systemctl start ${UNIT}`);
  return JSON.parse(await box.read("/home/ada/came.json"));
}
