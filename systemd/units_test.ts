/**
 * Every unit, by systemd's own judgement and by the rules of this room.
 *
 * The units are checked as instances (`name@ada.service`) of copies, in which the programs that a
 * host's installation brings are replaced by `/bin/true`; nothing else of them is changed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type CommandResult, runCommand } from "../core/process.ts";
import { parseUnitFile } from "./unit_file.ts";
import { unitFaults } from "./unit_rules.ts";

const FOLDER = new URL("system/", import.meta.url);
const ANALYZE = "/usr/bin/systemd-analyze";
/** Ten times the exposure that is allowed, as `--threshold=` wants it. */
const THRESHOLD = 20;
/** What is not on every machine that runs the tests. */
const INSTALLED = [
  "/usr/local/bin/playwright-snapshot-refresh",
  "/usr/bin/node",
];

const UNITS: ReadonlyMap<string, string> = new Map(
  [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort()
    .map((name) => [name, Deno.readTextFileSync(new URL(name, FOLDER))]),
);
const SERVICES = [...UNITS.keys()].filter((name) => name.endsWith(".service"));
const TIMERS = [...UNITS.keys()].filter((name) => name.endsWith(".timer"));

Deno.test("units are those of the contract when the folder is listed", () => {
  assert.deepEqual([...UNITS.keys()], [
    "playwright-mcp@.service",
    "playwright-snapshot-follow@.service",
    "playwright-snapshot-refresh@.service",
    "playwright-snapshot-refresh@.timer",
  ]);
});

Deno.test.each([...UNITS.keys()])("%s has no fault when systemd verifies it", async (name) => {
  const { code, stderr } = await verify(UNITS, name);

  assert.equal(stderr, "");
  assert.equal(code, 0);
});

Deno.test.each(SERVICES)("%s is exposed by 2.0 at most when systemd rates it", async (name) => {
  const { code, stdout } = await rate(name, unit(name));

  assert.equal(code, 0, stdout);
});

Deno.test.each([...UNITS.keys()])("%s keeps the rules when it is read", (name) => {
  assert.deepEqual(unitFaults(name, unit(name)), []);
});

Deno.test.each(TIMERS)("%s elapses every hour when its calendar is worked out", async (name) => {
  const [calendar] = valuesOf(unit(name), "OnCalendar");
  assert.ok(calendar !== undefined);

  const { code, stdout, stderr } = await analyze("calendar", "--iterations=3", calendar);

  assert.equal(code, 0, stderr);
  assert.equal(stdout.match(/:28:00 /g)?.length, 3, stdout);
});

Deno.test("systemd-analyze calendar refuses when a calendar is wrong", async () => {
  const { code } = await analyze("calendar", "*-*-* *:88:00");

  assert.equal(code, 1);
});

Deno.test("timers start a unit that exists when they elapse", () => {
  for (const name of TIMERS) {
    const [started = name.replace(/timer$/, "service")] = valuesOf(unit(name), "Unit");

    assert.ok(UNITS.has(started), `${name} starts ${started}`);
  }
});

Deno.test("playwright-mcp@.service reads the copy that a refresh writes", () => {
  const [command = ""] = valuesOf(unit("playwright-mcp@.service"), "ExecStart");

  // The defaults of refresh: ~/.cache/playwright-shared-storage-state.json, and its script.
  const copy = "/home/%i/.cache/playwright-shared-storage-state";
  assert.match(command, / --isolated /);
  assert.ok(command.includes(` --storage-state ${copy}.json `), command);
  assert.ok(command.includes(` --init-script ${copy}.init.js `), command);
  assert.doesNotMatch(command, /--no-sandbox/);
});

Deno.test("playwright-mcp@.service makes what the server needs when nothing was fetched", async () => {
  const home = await Deno.makeTempDir();
  try {
    const first = await runPreparation(home, { PLAYWRIGHT_PORT: "8931" });
    const copy = `${home}/.cache/playwright-shared-storage-state`;
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(`${copy}.json`)), {
      cookies: [],
      origins: [],
    });
    assert.notEqual((await Deno.stat(`${copy}.init.js`)).size, 0);
    assert.equal(((await Deno.stat(`${copy}.json`)).mode ?? 0) & 0o777, 0o600);

    await Deno.writeTextFile(`${copy}.json`, "fetched");
    const second = await runPreparation(home, { PLAYWRIGHT_PORT: "8931" });

    assert.equal(second.code, 0, second.stderr);
    assert.equal(await Deno.readTextFile(`${copy}.json`), "fetched");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("playwright-mcp@.service does not start when the port is missing", async () => {
  const home = await Deno.makeTempDir();
  try {
    const { code, stderr } = await runPreparation(home, { PLAYWRIGHT_PORT: "" });

    assert.notEqual(code, 0);
    assert.match(stderr, /PLAYWRIGHT_PORT: is not set/);
  } finally {
    await Deno.remove(home, { recursive: true });
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
  const changed = new Map(UNITS).set(name, replaceOnce(unit(name), from, to));

  const { code, stderr } = await verify(changed, name);

  assert.equal(code, 1);
  assert.match(stderr, why);
});

Deno.test("systemd-analyze verify refuses when a timer's calendar is wrong", async () => {
  const name = "playwright-snapshot-refresh@.timer";
  const text = replaceOnce(unit(name), "*:28:00", "*:88:00").replace(/^OnBootSec=.*\n/m, "");

  const { code } = await verify(new Map(UNITS).set(name, text), name);

  assert.equal(code, 1);
});

Deno.test("systemd-analyze security refuses when a unit has no sandbox", async () => {
  const bare = "[Unit]\nDescription=Bare\n\n[Service]\nExecStart=/bin/true\n";

  const { code, stdout } = await rate("bare@.service", bare);

  assert.equal(code, 1, stdout);
  assert.match(stdout, /9\.6 UNSAFE/);
});

Deno.test.each(SERVICES)(
  "systemd-analyze security refuses %s when its capabilities stay",
  async (name) => {
    const text = replaceOnce(unit(name), "CapabilityBoundingSet=\n", "");

    const { code } = await rate(name, text);

    assert.equal(code, 1);
  },
);

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
  ["it runs npx", "/usr/bin/node /opt", "/usr/bin/npx /opt", "npx resolves"],
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

  const faults = unitFaults(name, replaceOnce(unit(name), from, to));

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
    "a timer does not scatter",
    "playwright-snapshot-refresh@.timer",
    "FixedRandomDelay=yes\n",
    "has no FixedRandomDelay=",
  ],
])("unitFaults() refuses when %s", (_, name, line, why) => {
  const faults = unitFaults(name, replaceOnce(unit(name), line, ""));

  assert.equal(faults.length, 1, faults.join("\n"));
  assert.ok(faults[0]?.includes(why), faults[0]);
});

Deno.test("unitFaults() refuses when a unit has no header comment", () => {
  const name = "playwright-snapshot-refresh@.timer";

  const faults = unitFaults(name, unit(name).replace(/^[^[]*/, ""));

  assert.deepEqual(faults, [`${name} has no header comment`]);
});

Deno.test("parseUnitFile() joins continued lines and keeps line numbers when it reads", () => {
  const { header, directives } = parseUnitFile(
    "# What\n\n[Service]\nExecStart=/a \\\n  b\n; c\nUser=%i\n",
  );

  assert.equal(header, "What");
  assert.deepEqual(directives, [
    { section: "Service", name: "ExecStart", value: "/a b", line: 4 },
    { section: "Service", name: "User", value: "%i", line: 7 },
  ]);
});

Deno.test("parseUnitFile() throws when a line is no unit's", () => {
  assert.throws(() => parseUnitFile("[Unit]\nnonsense\n"), {
    name: "SyntaxError",
    message: 'Cannot read line 2 of the unit: "nonsense"',
  });
});

function unit(name: string): string {
  const text = UNITS.get(name);
  assert.ok(text !== undefined, `no unit ${name}`);
  return text;
}

function valuesOf(text: string, key: string): readonly string[] {
  return parseUnitFile(text).directives.filter(({ name }) => name === key)
    .map(({ value }) => value);
}

function replaceOnce(text: string, from: string, to: string): string {
  assert.equal(text.split(from).length, 2, `"${from}" must be there once`);
  return text.replace(from, () => to);
}

async function verify(units: ReadonlyMap<string, string>, name: string): Promise<CommandResult> {
  return await withUnits(
    units,
    (folder) =>
      analyze("verify", "--recursive-errors=yes", "--man=no", `${folder}/${instance(name)}`),
  );
}

async function rate(name: string, text: string): Promise<CommandResult> {
  return await withUnits(new Map([[name, text]]), (folder) =>
    analyze(
      "security",
      "--offline=true",
      `--threshold=${THRESHOLD}`,
      `${folder}/${instance(name)}`,
    ));
}

/** The instance of a template: `a@.service` -> `a@ada.service`. */
function instance(name: string): string {
  return name.replace("@.", "@ada.");
}

async function withUnits<T>(
  units: ReadonlyMap<string, string>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of units) {
      let copy = text;
      for (const program of INSTALLED) copy = copy.replaceAll(`=${program} `, "=/bin/true ");
      await Deno.writeTextFile(`${folder}/${name}`, copy);
    }
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function analyze(...args: readonly string[]): Promise<CommandResult> {
  return await runCommand(ANALYZE, args, {
    env: { LC_ALL: "C.UTF-8", SYSTEMD_COLORS: "0", SYSTEMD_PAGER: "", TZ: "UTC" },
  });
}

/** Runs `ExecStartPre=` of the MCP server, unquoted as systemd does, in another home. */
async function runPreparation(
  home: string,
  env: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const [line = ""] = valuesOf(unit("playwright-mcp@.service"), "ExecStartPre");
  const [, program, flags, script] = line.match(/^(\S+) (-\w+) '([^']*)'$/) ?? [];
  assert.ok(program !== undefined && flags !== undefined && script !== undefined, line);
  const text = script.replaceAll("$$", "$").replaceAll('\\\\"', '\\"').replaceAll("/home/%i", home);
  return await runCommand(program, [flags, text], { env });
}
