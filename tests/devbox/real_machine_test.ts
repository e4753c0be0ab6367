/**
 * The real machine keeps the contract, on a booted box and under a permission set as tight as the
 * provisioner's.
 *
 * @module
 */
import assert from "node:assert/strict";
import { MACHINE_CONTRACT } from "../support/machine_contract.ts";
import { bootBox, type Box, MOUNTED } from "./support/box.ts";
import { layOut } from "./support/lay_out.ts";

const PERMISSIONS = [
  "--allow-read=/",
  "--allow-write=/etc,/home,/opt",
  "--allow-run=" + [
    ...["timeout", "setpriv", "gpasswd", "chage", "cp", "chown", "sync", "ln", "systemctl"]
      .map((name) => `/usr/bin/${name}`),
    ...["useradd", "usermod", "groupadd", "groupmod"].map((name) => `/usr/sbin/${name}`),
  ].join(","),
];

async function runCase(box: Box, name: string): Promise<void> {
  const { code, stdout, stderr } = await box.run([
    ...[`${MOUNTED}/bin/deno`, "run", "-q", "--no-prompt", "--cached-only", "--frozen"],
    ...PERMISSIONS,
    `${MOUNTED}/source/tests/devbox/support/run_machine_case.ts`,
    name,
  ], { env: { DENO_DIR: `${MOUNTED}/deno_dir`, NO_COLOR: "1" } });
  assert.equal(code, 0, `${stdout}${stderr}`);
}

Deno.test("realMachine() keeps the contract of every machine", async (t) => {
  await using box = await bootBox({ network: "private" });
  for (const { name, users = [], laid = [] } of MACHINE_CONTRACT) {
    await t.step(name, async () => {
      for (const user of users) await box.sh(`useradd -m -K HOME_MODE=0700 -s /bin/bash ${user}`);
      await layOut(box, laid);
      await runCase(box, name);
    });
  }
});
