/**
 * Every unit, by systemd's own judgement.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  analyze,
  rateUnit,
  replaceOnce,
  UNITS,
  unitsOf,
  unitText,
  valuesOf,
  verifyUnit,
} from "../tests/support/units.ts";

const SERVICES = unitsOf("service");

Deno.test("units are those of the contract when the folder is listed", () => {
  assert.deepEqual([...UNITS.keys()], [
    "playwright-mcp@.service",
    "playwright-snapshot-follow@.service",
    "playwright-snapshot-refresh@.service",
    "playwright-snapshot-refresh@.timer",
    "t3-autoupdate-drain.service",
    "t3-autoupdate-drain.timer",
    "t3-autoupdate-recover.service",
    "t3-autoupdate.service",
    "t3-autoupdate.timer",
    "t3-backup-state.service",
    "t3-backup-state.timer",
    "t3-dispatch.service",
    "t3-mint.socket",
    "t3-mint@.service",
    "t3-provision-users.service",
    "t3-provision-users.timer",
    "t3-serve@.service",
  ]);
});

Deno.test.each([...UNITS.keys()])("%s has no fault when systemd verifies it", async (name) => {
  const { code, stderr } = await verifyUnit(UNITS, name);

  assert.equal(stderr, "");
  assert.equal(code, 0);
});

Deno.test.each(SERVICES)("%s is exposed by 2.0 at most when systemd rates it", async (name) => {
  const { code, stdout } = await rateUnit(name, unitText(name));

  assert.equal(code, 0, stdout);
});

Deno.test.each(
  [
    ["playwright-snapshot-refresh@.timer", [":28:00", ":28:00", ":28:00"]],
    ["t3-autoupdate.timer", ["04:00:00", "04:00:00"]],
    ["t3-autoupdate-drain.timer", [":20:00", ":20:00", ":20:00"]],
    ["t3-backup-state.timer", ["03:30:00", "03:30:00"]],
    ["t3-provision-users.timer", [":00:00", ":00:00", ":00:00"]],
  ] as const,
)("%s elapses when it should when its calendar is worked out", async (name, times) => {
  const [calendar = ""] = valuesOf(unitText(name), "OnCalendar");

  const { code, stdout, stderr } = await analyze(
    "calendar",
    `--iterations=${times.length}`,
    calendar,
  );

  assert.equal(code, 0, stderr);
  const elapses = [...stdout.matchAll(/(?:elapse|Iter\. #\d+): (?:\w+ )?[\d-]+ (\S+)/g)]
    .map(([, time = ""]) => time);
  assert.equal(elapses.length, times.length, stdout);
  elapses.forEach((time, at) => assert.ok(time.endsWith(times[at] ?? "?"), stdout));
});

Deno.test("t3-autoupdate.timer makes up for no night by day when it is enabled", () => {
  assert.deepEqual(valuesOf(unitText("t3-autoupdate.timer"), "Persistent"), []);
  assert.deepEqual(valuesOf(unitText("t3-autoupdate.timer"), "OnBootSec"), []);
});

Deno.test("systemd-analyze calendar refuses when a calendar is wrong", async () => {
  const { code } = await analyze("calendar", "*-*-* *:88:00");

  assert.equal(code, 1);
});

Deno.test("timers start a unit that exists when they elapse", () => {
  for (const name of unitsOf("timer")) {
    const [started = name.replace(/timer$/, "service")] = valuesOf(unitText(name), "Unit");

    assert.ok(UNITS.has(started), `${name} starts ${started}`);
  }
});

Deno.test.each([
  ["a directive is unknown", "UMask=0077", "Umask=0077", /Unknown key 'Umask'|Unknown key name/],
  ["a section is unknown", "[Install]", "[Instal]", /Unknown section 'Instal'/],
  ["a value is no value", "OOMPolicy=continue", "OOMPolicy=carry-on", /carry-on/],
  ["a program does not exist", "/bin/sh", "/bin/no-such-shell", /no-such-shell is not executable/],
  ["a time is no time", "RestartSec=5s", "RestartSec=5 oxen", /Failed to parse sec value/],
])("systemd-analyze verify refuses when %s", async (_, from, to, why) => {
  const name = "playwright-mcp@.service";
  const changed = new Map(UNITS).set(name, replaceOnce(unitText(name), from, to));

  const { code, stderr } = await verifyUnit(changed, name);

  assert.equal(code, 1);
  assert.match(stderr, why);
});

Deno.test("systemd-analyze verify refuses when a timer's calendar is wrong", async () => {
  const name = "playwright-snapshot-refresh@.timer";
  const text = replaceOnce(unitText(name), "*:28:00", "*:88:00").replace(/^OnBootSec=.*\n/m, "");

  const { code } = await verifyUnit(new Map(UNITS).set(name, text), name);

  assert.equal(code, 1);
});

Deno.test("systemd-analyze security refuses when a unit has no sandbox", async () => {
  const bare = "[Unit]\nDescription=Bare\n\n[Service]\nExecStart=/bin/true\n";

  const { code, stdout } = await rateUnit("bare@.service", bare);

  assert.equal(code, 1, stdout);
  assert.match(stdout, /9\.6 UNSAFE/);
});

Deno.test.each(SERVICES)(
  "systemd-analyze security refuses %s when its capabilities stay",
  async (name) => {
    const text = unitText(name).replace(/^CapabilityBoundingSet=.*\n/m, "");

    const { code } = await rateUnit(name, text);

    assert.equal(code, 1);
  },
);
