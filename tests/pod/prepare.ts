/**
 * Makes a machine ready for the tests of the pod: the packages they use, or one sentence that says
 * why they cannot run here.
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";
import { runProgram } from "../../core/program.ts";
import { realSystemPackages } from "../../local/system_facts.ts";
import { ensureSystemPackages } from "../../local/system_packages.ts";
import { demandNamespaces } from "../support/namespaces.ts";
import { POD_PACKAGES } from "./packages.ts";

await runProgram("prepare", async ({ print }) => {
  if (Deno.uid() !== 0) {
    throw new Fault("Cannot test the pod: it needs root, for container storage and networks", {
      code: "config",
    });
  }
  await demandNamespaces("test the pod");
  await ensureSystemPackages(
    realSystemPackages((line) => print(`${line}\n`), POD_PACKAGES),
    POD_PACKAGES,
  );
});
