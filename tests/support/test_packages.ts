/**
 * The system packages of the tests: those of the product, and what only tests run.
 *
 * @module
 */
import { SYSTEM_PACKAGES, type SystemPackage } from "../../local/system_packages.ts";

/** Every package that the tests need. */
export const TEST_PACKAGES: readonly SystemPackage[] = [
  ...SYSTEM_PACKAGES,
  { name: "systemd", path: "/usr/bin/systemd-analyze", reason: "judges our units" },
];
