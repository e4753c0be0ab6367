/**
 * @module
 */
import assert from "node:assert/strict";
import { distributionOf, packagesFor } from "./machine_packages.ts";

Deno.test.each([
  ["Debian's", 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', "debian"],
  ["Ubuntu's", "NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\n", "ubuntu"],
  ["a child of Ubuntu's", 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', "ubuntu"],
  ["a child of Debian's", "ID=raspbian\nID_LIKE=debian", "debian"],
  ["another's", "ID=fedora\n", "other"],
  ["empty", "", "other"],
])("distributionOf() tells the system when the file is %s", (_, text, expected) => {
  assert.equal(distributionOf(text), expected);
});

Deno.test("packagesFor() leaves Chromium to the admin when the system is Ubuntu", () => {
  assert.ok(packagesFor("debian").includes("chromium"));
  assert.ok(!packagesFor("ubuntu").includes("chromium"));
  assert.deepEqual(packagesFor("other"), []);
});
