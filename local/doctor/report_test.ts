import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { CheckResult, Finding } from "./finding.ts";
import { doctorJson, doctorText, isWell } from "./report.ts";

const finding = (part: Partial<Finding>): Finding => ({
  ...{ text: "It is off", fix: "systemctl start it", about: ["it"] },
  ...part,
});
const wrong = (check: string, ...findings: readonly Finding[]): CheckResult => ({
  ...{ check, result: "wrong", text: "", findings },
});
const RESULTS: readonly CheckResult[] = [
  wrong(
    "units",
    finding({}),
    finding({ text: "So is that" }),
    finding({ fix: "df", does: "show" }),
  ),
  { check: "disks", result: "ok", text: "there is room", findings: [] },
  { check: "clock", result: "skipped", text: "no server told the time", findings: [] },
];

Deno.test("doctorText() puts what one command mends together, below what is well", () => {
  assert.equal(
    doctorText(RESULTS),
    `ok       disks  there is room
skipped  clock  no server told the time

WRONG    units  It is off
WRONG    units  So is that
  systemctl start it

WRONG    units  It is off
  df   # shows more: what to do is for you to say

3 things are wrong. Mend from the top: what comes first, others stand on.
`,
  );
});

Deno.test("doctorText() names checks together when they are skipped for the same reason", () => {
  const skipped = (check: string): CheckResult => ({
    ...{ check, result: "skipped", text: "no dev box", findings: [] },
  });

  assert.match(
    doctorText([...RESULTS.slice(1), skipped("ports"), skipped("drift")]),
    /^skipped {2}clock {2}no server told the time\nskipped {2}ports, drift {2}no dev box\n/m,
  );
});

Deno.test("doctorText() has colours only when they are asked for, and never another's", () => {
  const evil = [wrong("ports", finding({ text: 'Port 1 is held by "\x1b[2J"' }))];

  const plain = doctorText(evil);
  const coloured = doctorText(evil, true);

  assert.ok(!plain.includes("\x1b"), plain);
  assert.equal(stripVTControlCharacters(coloured), plain);
  assert.notEqual(coloured, plain);
});

Deno.test("doctorText() ends with one sentence when nothing or one thing is wrong", () => {
  assert.match(doctorText(RESULTS.slice(1)), /\n\nNothing is wrong\.\n$/);
  assert.match(doctorText([wrong("a", finding({}))]), /\n\nOne thing is wrong\.\n$/);
});

Deno.test("doctorJson() says of every command what it does", () => {
  const report = JSON.parse(doctorJson(RESULTS));

  assert.equal(report.version, 1);
  assert.equal(report.is_well, false);
  assert.deepEqual(
    report.checks[0].findings.map(({ fix, does }: Finding) => [fix, does]),
    [["systemctl start it", "mend"], ["systemctl start it", "mend"], ["df", "show"]],
  );
  assert.ok(isWell(RESULTS.slice(1)));
});
