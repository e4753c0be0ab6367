/**
 * Makes a machine ready for the tests of booted boxes, or says why it cannot be.
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";
import { runProgram } from "../../core/program.ts";
import { realSystemPackages } from "../../local/system_facts.ts";
import { ensureSystemPackages, type SystemPackage } from "../../local/system_packages.ts";
import { demandNamespaces } from "../support/namespaces.ts";
import { TEST_PACKAGES } from "../support/test_packages.ts";

const BOX_PACKAGES: readonly SystemPackage[] = [
  ...TEST_PACKAGES,
  { name: "debootstrap", path: "/usr/sbin/debootstrap", reason: "makes the boxes' Debian" },
  { name: "systemd-container", path: "/usr/bin/systemd-nspawn", reason: "boots it" },
  { name: "tinyproxy-bin", path: "/usr/bin/tinyproxy", reason: "leads boxes to the world" },
  { name: "iproute2", path: "/usr/bin/ip", reason: "lays the boxes' networks" },
];

await runProgram("prepare", async ({ print }) => {
  const facts = await realSystemPackages(() => {}).facts();
  if (!facts.isRoot || !facts.distribution.includes("debian")) {
    throw new Fault(
      "Cannot boot dev boxes: this is " +
        (facts.isRoot ? "not Debian" : "not root") +
        ', must be root on Debian ("deno task test" runs the tests that need neither)',
      { code: "config" },
    );
  }
  await demandNamespaces("boot dev boxes");
  await ensureSystemPackages(
    realSystemPackages((line) => print(`${line}\n`), BOX_PACKAGES),
    BOX_PACKAGES,
  );
});
