/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { compareVersions, isOnTrack, isVersion, printedVersion, runsOnNode } from "./version.ts";

Deno.test("compareVersions() puts a nightly before the release it leads to", () => {
  assert.ok(compareVersions("0.1.10-nightly.20261101.4825", "0.1.10") < 0);
  assert.ok(compareVersions("0.1.9", "0.1.10-nightly.20261101.4825") < 0);
});

Deno.test("compareVersions() compares the run of a nightly as a number", () => {
  assert.ok(compareVersions("0.1.11-nightly.20261101.999", "0.1.11-nightly.20261101.4100") < 0);
});

const versions = fc.tuple(
  fc.nat(30),
  fc.nat(30),
  fc.nat(30),
  fc.option(fc.tuple(fc.integer({ min: 20_260_101, max: 20_261_231 }), fc.nat(9_999))),
).map(([major, minor, patch, nightly]) =>
  `${major}.${minor}.${patch}${nightly === null ? "" : `-nightly.${nightly.join(".")}`}`
);

Deno.test("compareVersions() is a total order", () =>
  fc.assert(fc.property(versions, versions, versions, (a, b, c) => {
    assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) || 0);
    assert.equal(compareVersions(a, b) === 0, a === b);
    if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
      assert.ok(compareVersions(a, c) <= 0);
    }
  })));

Deno.test("isVersion() takes every version that t3 publishes", () =>
  fc.assert(fc.property(versions, (version) => assert.ok(isVersion(version)))));

Deno.test("isVersion() refuses what could leave its directory or be an option", () => {
  for (
    const text of [
      "",
      "latest",
      "v1.2.3",
      "1.2",
      "1.2.3/..",
      "../1.2.3",
      "1.2.3 ",
      "-1.2.3",
      "1.2.3-",
      "1.2.3-..",
      "1.2.3+build",
      "01.2.3",
      "1.2.3\n",
      "1.2.3-" + "a".repeat(100),
      "^1.2.3",
    ]
  ) {
    assert.equal(isVersion(text), false, JSON.stringify(text));
  }
});

Deno.test("isOnTrack() keeps a box on the channel it follows", () => {
  const rows = [
    ["0.1.11-nightly.20261117.4825", "nightly", true],
    ["0.1.10", "nightly", true],
    ["0.1.11-preview.3", "nightly", false],
    ["0.1.11-nightly.20261117.4825", "latest", false],
    ["0.1.10", "latest", true],
    ["0.1.11-preview.3", "preview", true],
  ] as const;
  for (const [version, track, isTaken] of rows) {
    assert.equal(isOnTrack(version, track), isTaken, `${version} on ${track}`);
  }
});

Deno.test("runsOnNode() follows the range of t3's engines", () => {
  const range = "^22.16 || ^23.11 || >=24.10";
  const fits = ["v22.16.0", "22.99.1", "v23.11.0", "v24.10.0", "v26.0.0"];
  const not = ["v18.20.4", "v22.15.1", "v23.10.0", "v24.9.0", "no version"];
  assert.deepEqual(fits.filter((version) => !runsOnNode(version, range)), []);
  assert.deepEqual(not.filter((version) => runsOnNode(version, range)), []);
  assert.equal(runsOnNode("v22.16.0", "no range"), false);
});

Deno.test("printedVersion() reads both ways t3 prints it", () => {
  assert.equal(
    printedVersion("t3 v0.1.11-nightly.20261117.4825\n"),
    "0.1.11-nightly.20261117.4825",
  );
  assert.equal(printedVersion("0.0.24\n"), "0.0.24");
  assert.equal(
    printedVersion("t3: no T3 Code CLI build is available for this platform\n"),
    undefined,
  );
  assert.equal(printedVersion(""), undefined);
});
