/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { runCommand } from "../../core/process.ts";
import { DPKG_STATUS, installedPackages } from "./dpkg_status.ts";

const STATES = [
  ["install ok installed", true],
  ["hold ok installed", true],
  ["deinstall ok config-files", false],
  ["install ok half-configured", false],
  ["install ok unpacked", false],
  ["install reinstreq half-installed", false],
] as const;

Deno.test("installedPackages() finds what is installed when paragraphs say anything else", () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,12}$/);
  // A field's further lines begin with a blank, so they cannot be mistaken for fields.
  const noise = fc.constantFrom(
    "Version: 1.0",
    "Conffiles:\n /etc/a 0",
    "Description: x\n Package: no\n Status: install ok installed",
  );
  fc.assert(fc.property(
    fc.uniqueArray(fc.tuple(name, fc.constantFrom(...STATES), fc.array(noise)), {
      selector: ([word]) => word,
    }),
    (packages) => {
      const text = packages.map(([word, [state], lines]) =>
        [`Package: ${word}`, ...lines, `Status: ${state}`, ...lines, ""].join("\n")
      ).join("\n");

      const installed = installedPackages(text);

      const expected = packages.filter(([, [, isIn]]) => isIn).map(([word]) => word);
      assert.deepEqual([...installed].sort(), expected.sort());
    },
  ));
});

Deno.test("installedPackages() agrees with dpkg-query when it reads this machine", async () => {
  const { stdout } = await runCommand("/usr/bin/dpkg-query", [
    "--show",
    "--showformat=${Package} ${db:Status-Status}\n",
  ]);
  const expected = stdout.split("\n").filter((line) => line.endsWith(" installed"))
    .map((line) => line.split(" ")[0] ?? "");

  const installed = installedPackages(await Deno.readTextFile(DPKG_STATUS));

  assert.deepEqual([...installed].sort(), [...new Set(expected)].sort());
});
