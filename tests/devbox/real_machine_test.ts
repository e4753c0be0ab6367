/**
 * The real machine keeps the contract, on a booted box and under a permission set as tight as the
 * provisioner's.
 *
 * @module
 */
import { MACHINE_CONTRACT } from "../support/machine_contract/machine_contract.ts";
import assert from "node:assert/strict";
import { bootBox, MOUNTED } from "./support/box.ts";
import { MACHINE_PERMISSIONS, runInside } from "./support/inside.ts";
import { layOut } from "./support/lay_out.ts";
import { installSystemFiles } from "./support/unit_box.ts";

Deno.test("realMachine() keeps the contract of every machine", async (t) => {
  await using box = await bootBox({ network: "private" });
  for (const { name, users = [], laid = [] } of MACHINE_CONTRACT) {
    await t.step(name, async () => {
      for (const user of users) await box.sh(`useradd -m -K HOME_MODE=0700 -s /bin/bash ${user}`);
      await layOut(box, laid);
      const permissions = MACHINE_PERMISSIONS;
      await runInside(box, "run_machine_case.ts", { args: [name], permissions });
    });
  }
});

Deno.test("realMachine() keeps the contract in the sandbox of the provisioner's unit", async (t) => {
  await using box = await bootBox({ network: "private" });
  await installSystemFiles(box);
  for (const { name, users = [], laid = [], isForHosts = false } of MACHINE_CONTRACT) {
    if (isForHosts) continue;
    await t.step(name, async () => {
      for (const user of users) await box.sh(`useradd -m -K HOME_MODE=0700 -s /bin/bash ${user}`);
      await layOut(box, laid);
      const words = [
        ...[`${MOUNTED}/bin/deno`, "run", "-q", "--no-prompt", "--cached-only", "--frozen"],
        ...MACHINE_PERMISSIONS,
        `${MOUNTED}/source/tests/devbox/support/run_machine_case.ts`,
      ];
      await box.write(
        "/usr/local/bin/t3-provision-users",
        `#!/bin/sh\nexport DENO_DIR=${MOUNTED}/deno_dir\nexec ${words.join(" ")} "${name}"\n`,
        { mode: 0o755 },
      );
      const unit = "t3-provision-users.service";
      const { code } = await box.run(["systemctl", "start", unit]);
      assert.equal(code, 0, (await box.journal(unit)).slice(-3_000));
    });
  }
});
