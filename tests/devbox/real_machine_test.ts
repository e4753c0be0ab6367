/**
 * The real machine keeps the contract, on a booted box and under a permission set as tight as the
 * provisioner's.
 *
 * @module
 */
import { MACHINE_CONTRACT } from "../support/machine_contract.ts";
import { bootBox } from "./support/box.ts";
import { MACHINE_PERMISSIONS, runInside } from "./support/inside.ts";
import { layOut } from "./support/lay_out.ts";

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
