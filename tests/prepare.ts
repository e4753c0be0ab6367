/**
 * Makes a machine ready for the tests: the system packages they use.
 *
 * @module
 */
import { runProgram } from "../core/program.ts";
import { realSystemPackages } from "../local/system_facts.ts";
import { ensureSystemPackages } from "../local/system_packages.ts";
import { TEST_PACKAGES } from "./support/test_packages.ts";

await runProgram("prepare", async ({ print }) => {
  await ensureSystemPackages(
    realSystemPackages((line) => print(`${line}\n`), TEST_PACKAGES),
    TEST_PACKAGES,
  );
});
