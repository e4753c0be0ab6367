/**
 * `profile_backup.ts` as a program, on the profile of a real Chromium that goes on writing, and
 * killed wherever it hurts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { freePort } from "./support/free_port.ts";
import { CHROMIUM, startChromium } from "./support/chromium.ts";
import { sitDown } from "./support/person.ts";
import { type ProfileFixture, profileFixture } from "./support/profile_fixture.ts";
import { startProgram, type TestProgram } from "./support/program.ts";
import { startSite } from "./support/site.ts";
import { startReadyBrowser } from "./support/warm_browser.ts";

/** Writes what sites write, as fast as the page can: a cookie, storage, a database. */
const WRITE = `(async () => {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("busy", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("rows");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (let turn = 0;; turn++) {
    document.cookie = "turn" + turn % 40 + "=" + turn + "; max-age=864000";
    localStorage.setItem("turn" + turn % 100, String(turn).repeat(200));
    const rows = database.transaction("rows", "readwrite").objectStore("rows");
    rows.put({ turn, text: "x".repeat(2_000) }, turn % 200);
    history.replaceState(null, "", "/page" + turn % 50);
    await new Promise((resolve) => setTimeout(resolve, 5));
    window.turns = turn;
  }
})()`;

Deno.test("profile_backup makes 20 archives while a Chromium writes, and each opens with all its cookies", async () => {
  await using volume = await profileFixture();
  const profile = `${volume.root}/chromium-data`;
  await Deno.remove(profile, { recursive: true });
  await using site = startSite();
  await using chromium = await startChromium({ profile });
  using person = await sitDown(chromium.address);
  const tab = await person.open(`${site.origin("busy")}/`);
  const writing = tab.evaluate(WRITE).catch(() => "over");

  let cookies = 0;
  let archives = 0;
  // Chromium writes cookies down every 30 seconds, or after some hundred: the last archives have
  // those of the page.
  for (; archives < 20 || (cookies < 40 && archives < 200); archives++) {
    await using program = start(volume, ["create", "--verify"]);
    assert.equal(await program.exitCode, 0, program.lines.join("\n"));
    const verified = program.lines.find((line) => line.includes(`"msg":"verified `));
    cookies = Math.max(cookies, JSON.parse(verified ?? "{}").cookies);
    assert.ok(!program.lines.some((line) => line.includes("damaged")), program.lines.join("\n"));
  }

  await using list = start(volume, ["list", "--json"]);
  assert.equal(await list.exitCode, 0);
  assert.equal(JSON.parse(list.lines.join("")).length, archives);
  assert.equal(cookies, 40);
  await using restore = start(volume, ["restore", "latest"]);
  assert.equal(await restore.exitCode, 1);
  assert.match(restore.lines.join("\n"), /a Chromium has the profile open/);
  person.client.close();
  await writing;
});

Deno.test("profile_backup restore refuses from the moment the browser is ready, until it has ended", async () => {
  await using volume = await profileFixture();
  const profile = `${volume.root}/chromium-data`;
  await Deno.remove(profile, { recursive: true });
  // Twice: on a profile that exists, Chromium has nothing to write for some seconds.
  for (const _ of [1, 2]) {
    await using browser = await startReadyBrowser({ profile, args: ["--headless"] });
    await using create = start(volume, ["create"]);
    assert.equal(await create.exitCode, 0, create.lines.join("\n"));
    await using refused = start(volume, ["restore", "latest"]);
    assert.equal(await refused.exitCode, 1, refused.lines.join("\n"));
    assert.match(
      refused.lines.join("\n"),
      /a browser or another restore holds the profile .* is locked/,
    );
    assert.equal((await browser.health("/readyz")).status, 200);
  }

  await using restore = start(volume, ["restore", "latest"]);

  assert.equal(await restore.exitCode, 0, restore.lines.join("\n"));
});

Deno.test("profile_backup create leaves whole archives only, whenever it is killed", async () => {
  await using volume = await profileFixture();
  // Large enough to be met in the middle.
  for (let file = 0; file < 40; file++) {
    const bytes = crypto.getRandomValues(new Uint8Array(65_536));
    await Deno.writeFile(`${volume.root}/chromium-data/Default/blob${file}`, bytes);
  }
  {
    await using program = start(volume, ["create"]);
    assert.equal(await program.exitCode, 0, program.lines.join("\n"));
  }
  let killed = 0;
  for (let delayMs = 90; delayMs < 450; delayMs += 30) {
    await using program = start(volume, ["create"]);
    if (await killedAfter(program, delayMs)) killed++;
  }
  assert.ok(killed > 0, "none was met alive");

  const names = await Array.fromAsync(Deno.readDir(volume.backupDir), ({ name }) => name);
  const archives = names.filter((name) => /^\d.*\.tar\.gz$/.test(name)).sort();
  for (const name of archives) {
    assert.ok(names.includes(`${name}.sha256`), `${name} has no digest`);
    const { root, backupDir } = volume;
    await using program = start(volume, ["restore", `${backupDir}/${name}`]);
    assert.equal(await program.exitCode, 0, program.lines.join("\n"));
    assert.ok((await Deno.stat(`${root}/chromium-data/Default/blob39`)).isFile);
  }
  await using program = start(volume, ["create"]);
  assert.equal(await program.exitCode, 0, program.lines.join("\n"));
  const left = await Array.fromAsync(Deno.readDir(volume.backupDir), ({ name }) => name);
  assert.deepEqual(left.filter((name) => name.endsWith(".tmp")), []);
});

Deno.test("profile_backup restore loses nothing, whenever it is killed", async () => {
  await using volume = await profileFixture();
  const marker = `${volume.root}/chromium-data/Default/marker`;
  await Deno.writeTextFile(marker, "archived");
  {
    await using program = start(volume, ["create"]);
    assert.equal(await program.exitCode, 0, program.lines.join("\n"));
  }
  for (let delayMs = 90; delayMs < 330; delayMs += 20) {
    const mine = `mine ${delayMs}`;
    await Deno.mkdir(`${volume.root}/chromium-data/Default`, { recursive: true });
    await Deno.writeTextFile(marker, mine);
    await using program = start(volume, ["restore", "latest"]);
    await killedAfter(program, delayMs);
    const texts = [...(await volume.files()).values()];
    assert.ok(texts.includes(new TextEncoder().encode(mine).toHex()), `${mine} is gone`);
  }

  await using program = start(volume, ["restore", "latest"]);
  assert.equal(await program.exitCode, 0, program.lines.join("\n"));
  assert.equal(await Deno.readTextFile(marker), "archived");
});

Deno.test("profile_backup encrypts to a public key, and only its holder can restore", async () => {
  await using volume = await profileFixture();
  const identity = `${volume.backupDir}/identity`;
  const keygen = await new Deno.Command("/usr/bin/age-keygen", { args: ["-o", identity] }).output();
  const recipient = /age1\w+/.exec(new TextDecoder().decode(keygen.stderr))?.[0] ?? "";
  await using create = start(volume, ["create"], { BACKUP_RECIPIENT: recipient });
  assert.equal(await create.exitCode, 0, create.lines.join("\n"));

  await using locked = start(volume, ["restore", "latest"]);
  assert.equal(await locked.exitCode, 1);
  assert.match(locked.lines.join("\n"), /is encrypted, BACKUP_IDENTITY_FILE must name the file/);
  await using restore = start(volume, ["restore", "latest"], { BACKUP_IDENTITY_FILE: identity });
  assert.equal(await restore.exitCode, 0, restore.lines.join("\n"));
  const [name = ""] = await Array.fromAsync(Deno.readDir(volume.backupDir), ({ name }) => name)
    .then((names) => names.filter((name) => name.endsWith(".age")));
  const start16 = (await Deno.readFile(`${volume.backupDir}/${name}`)).subarray(0, 16);
  assert.match(new TextDecoder().decode(start16), /^age-encryption/);
});

Deno.test("profile_backup says in one line what it cannot do", async () => {
  await using volume = await profileFixture();
  for (
    const { args, env, code, says } of [
      { args: ["restore", "latest"], code: 1, says: /"latest": ".*" is empty/ },
      { args: ["verify", "/tmp/hearth-no-such.tar.gz"], code: 1, says: /there is no such file/ },
      { args: ["frobnicate"], code: 2, says: /Unknown command "frobnicate"/ },
      { args: ["restore"], code: 2, says: /missing required argument/i },
      {
        args: ["prune"],
        env: { BACKUP_RETENTION_DAYS: "0" },
        code: 2,
        says: /BACKUP_RETENTION_DAYS is "0"/,
      },
    ]
  ) {
    await using program = start(volume, args, env);

    assert.equal(await program.exitCode, code, program.lines.join("\n"));
    assert.match(program.lines.join("\n"), says);
    assert.equal(program.lines.length, 1, program.lines.join("\n"));
  }
});

function start(
  { root, backupDir }: ProfileFixture,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): TestProgram {
  const port = freePort();
  return startProgram("profile_backup", {
    args,
    env: {
      BACKUP_ROOT: root,
      BACKUP_DIR: backupDir,
      BACKUP_SCRATCH_DIR: backupDir,
      BACKUP_CHROMIUM: CHROMIUM,
      BACKUP_CDP_PORT: String(port),
      ...env,
    },
    flags: [
      `--allow-read=${root},${backupDir},/tmp`,
      `--allow-write=${root},${backupDir}`,
      `--allow-net=127.0.0.1:${port}`,
    ],
  });
}

/** Kills a program some time after its start; gives back whether it was still there. */
async function killedAfter(program: TestProgram, delayMs: number): Promise<boolean> {
  const timer = setTimeout(() => program.kill("SIGKILL"), delayMs);
  const code = await program.exitCode;
  clearTimeout(timer);
  return code !== 0;
}
