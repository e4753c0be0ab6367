/**
 * The rules, each broken once in a unit that keeps them all.
 *
 * @module
 */
import assert from "node:assert/strict";
import { replaceOnce, UNITS, unitText } from "../tests/support/units.ts";
import { unitFaults } from "./unit_rules.ts";

Deno.test.each([...UNITS.keys()])("%s keeps the rules when it is read", (name) => {
  assert.deepEqual(unitFaults(name, unitText(name)), []);
});

Deno.test.each([
  [
    "the order is wrong",
    "Restart=always\nRestartSec=5s",
    "RestartSec=5s\nRestart=always",
    "stands before",
  ],
  [
    "the sandbox is out of order",
    "LockPersonality=yes\nNoNewPrivileges=yes",
    "NoNewPrivileges=yes\nLockPersonality=yes",
    "stands before",
  ],
  ["a directive has no place", "UMask=0077", "UMask=0077\nNice=5", "has no place in the order"],
  ["it uses %h", "WorkingDirectory=/home/%i", "WorkingDirectory=%h", "%h is root's home"],
  ["it uses a tilde", "--output-dir /home/%i/", "--output-dir ~/", '"~/" is not expanded'],
  ["it names somebody's home", "BindPaths=/home/%i", "BindPaths=/home/ada", "must be /home/%i"],
  ["it runs as somebody", "User=%i", "User=ada", "must be %i"],
  ["it runs npx", "/opt/hearth/node/current/bin/node", "/usr/bin/npx", "npx resolves"],
  ["it follows the latest", "@playwright/mcp/cli.js", "@playwright/mcp@latest", "npx resolves"],
  [
    "a secret is in the environment",
    "EnvironmentFile=",
    "Environment=API_TOKEN=x\nEnvironmentFile=",
    "a secret is a LoadCredential=",
  ],
  [
    "it forbids V8 to compile",
    "LockPersonality=yes",
    "LockPersonality=yes\nMemoryDenyWriteExecute=yes",
    "V8 does not start",
  ],
  ["it throttles memory", "MemoryMax=6G", "MemoryHigh=5G\nMemoryMax=6G", "stands still"],
  ["memory is not contained", "MemoryMax=6G\n", "", "has no MemoryMax="],
  ["it would restart for ever", "StartLimitBurst=5\n", "", "has no StartLimitBurst="],
  [
    "nothing says what it is",
    "Documentation=https://github.com/microsoft/playwright-mcp\n",
    "",
    "has no Documentation=",
  ],
])("unitFaults() refuses when %s", (_, from, to, why) => {
  const name = "playwright-mcp@.service";

  const faults = unitFaults(name, replaceOnce(unitText(name), from, to));

  assert.equal(faults.length, 1, faults.join("\n"));
  assert.ok(faults[0]?.includes(why), faults[0]);
});

Deno.test.each([
  [
    "a oneshot has no deadline",
    "playwright-snapshot-refresh@.service",
    "TimeoutStartSec=60s\n",
    "has no TimeoutStartSec=",
  ],
  [
    "root has every power",
    "t3-backup-state.service",
    "CapabilityBoundingSet=CAP_SETGID CAP_SETUID\n",
    "has no CapabilityBoundingSet=",
  ],
  [
    "a timer does not scatter",
    "playwright-snapshot-refresh@.timer",
    "FixedRandomDelay=yes\n",
    "has no FixedRandomDelay=",
  ],
])("unitFaults() refuses when %s", (_, name, line, why) => {
  const faults = unitFaults(name, replaceOnce(unitText(name), line, ""));

  assert.equal(faults.length, 1, faults.join("\n"));
  assert.ok(faults[0]?.includes(why), faults[0]);
});

Deno.test("unitFaults() refuses when a unit has no header comment", () => {
  const name = "playwright-snapshot-refresh@.timer";

  const faults = unitFaults(name, unitText(name).replace(/^[^[]*/, ""));

  assert.deepEqual(faults, [`${name} has no header comment`]);
});
