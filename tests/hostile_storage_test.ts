/**
 * Storage that tries to break a harvest: what cannot travel, what is too large, a full disk, and a browser that
 * dies in the middle.
 *
 * @module
 */
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { runCommand } from "../core/process.ts";
import { canonicalBytes } from "../snapshot/canonical.ts";
import { parseStorageState, type StorageState } from "../snapshot/storage_state.ts";
import { CHROMIUM, startChromium, type TestChromium } from "./support/chromium.ts";
import { sitDown } from "./support/person.ts";
import { ROOT, startProgram, type TestProgram } from "./support/program.ts";
import { startSite } from "./support/site.ts";

const FILL_DATABASES = `(async () => {
  const filled = (name, stores, fill) => new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => stores.forEach((store) => request.result.createObjectStore(store));
    request.onsuccess = () => {
      const transaction = request.result.transaction(stores, "readwrite");
      fill(...stores.map((store) => transaction.objectStore(store)));
      transaction.oncomplete = () => resolve(request.result.close());
      transaction.onabort = () => reject(transaction.error);
    };
  });
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["encrypt"]);
  await filled("mixed", ["files", "keys"], (files, keys) => {
    files.put(new Blob(["x"]), "blob");
    files.put({ deep: [new File(["x"], "f.txt")] }, "file");
    files.put("kept", "text");
    keys.put(key, "key");
    keys.put({ id: 1 }, "record");
  });
  await filled("large", ["s"], (store) => store.put("y".repeat(20_000_000), "k"));
  localStorage.setItem("large", "z".repeat(4_900_000));
  localStorage.setItem("😀\\ud800", "\\udc00 ☃ \\0");
})()`;

function harvester(browser: TestChromium, dir: string): TestProgram {
  return startProgram("harvester", {
    env: { CDP_URL: browser.address, SNAPSHOT_DIR: dir, PROFILE_DIR: browser.profile },
    flags: flags(browser, dir),
  });
}

function flags(browser: TestChromium, dir: string): readonly string[] {
  return [
    `--allow-net=127.0.0.1:${browser.port}`,
    `--allow-read=${dir},${browser.profile}`,
    `--allow-write=${dir}`,
  ];
}

Deno.test("harvester leaves out what cannot travel, names it, and keeps the rest", async () => {
  await using site = startSite();
  await using browser = await startChromium();
  const dir = await Deno.makeTempDir();
  using person = await sitDown(browser.address);
  const tab = await person.open(`${site.origin("a")}/`);
  await tab.evaluate(FILL_DATABASES);

  const program = harvester(browser, dir);
  assert.equal(await program.exitCode, 0, program.lines.join("\n"));

  const path = `${dir}/storage-state.json`;
  const state = parseStorageState(await Deno.readTextFile(path));
  const databases = state.origins[0]?.indexedDB ?? [];
  const keys = databases.flatMap(({ name, stores }) =>
    stores.flatMap((store) => store.records.map((one) => `${name}/${store.name}/${one.key}`))
  );
  assert.deepEqual(keys.sort(), ["large/s/k", "mixed/files/text", "mixed/keys/record"]);
  const warnings = program.lines.filter((line) => line.includes("cannot travel")).join("\n");
  for (const reason of ["Blob cannot travel", "File cannot travel", "CryptoKey cannot travel"]) {
    assert.ok(warnings.includes(reason), warnings);
  }
  assert.ok(!warnings.includes("kept"), "a warning names no value");
  const target = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const context = await target.newContext({ storageState: path });
    const page = await context.newPage();
    await page.goto(`${site.origin("a")}/`);
    assert.deepEqual(
      await page.evaluate("[localStorage.large.length, localStorage.getItem('😀\\ud800')]"),
      [4_900_000, "\udc00 ☃ \0"],
    );
  } finally {
    await target.close();
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("harvester reads 300 known origins in one pass and asks none of them", async () => {
  await using site = startSite();
  await using browser = await startChromium();
  const dir = await Deno.makeTempDir();
  const origins = Array.from({ length: 300 }, (_, n) => site.origin(`site-${n}`));
  await Deno.writeTextFile(`${dir}/known-origins.json`, JSON.stringify(origins));

  const program = harvester(browser, dir);

  assert.equal(await program.exitCode, 0, program.lines.join("\n"));
  assert.equal(site.requests.length, 0);
  assert.ok(program.lines.some((line) => line.includes("reading origins")), "says what takes long");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a storage state of 5,000 origins and 10 MB values is written and read whole", () => {
  const state: StorageState = {
    cookies: [],
    origins: Array.from({ length: 5_000 }, (_, n) => ({
      origin: `https://site-${n}.example`,
      localStorage: [{ name: "k\0😀\ud800", value: n === 0 ? "v".repeat(10_000_000) : "v" }],
    })),
  };

  const back = parseStorageState(new TextDecoder().decode(canonicalBytes(state)));

  assert.equal(back.origins.length, 5_000);
  assert.equal(back.origins[0]?.localStorage[0]?.name, "k\0😀\ud800");
});

Deno.test("harvester --once ends with 3 and keeps the last snapshot when Chromium dies meanwhile", async () => {
  await using browser = await startChromium();
  const dir = await Deno.makeTempDir();
  const first = harvester(browser, dir);
  assert.equal(await first.exitCode, 0, first.lines.join("\n"));
  const before = await Deno.readTextFile(`${dir}/storage-state.json`);
  const origins = Array.from({ length: 2_000 }, (_, n) => `https://site-${n}.example`);
  await Deno.writeTextFile(`${dir}/known-origins.json`, JSON.stringify(origins));

  const second = harvester(browser, dir);
  await second.line(/reading origins/);
  browser.child.kill("SIGKILL");

  assert.equal(await second.exitCode, 3);
  assert.match(second.lines.at(-1) ?? "", /^harvester: The browser went away while it was harvest/);
  assert.equal(await Deno.readTextFile(`${dir}/storage-state.json`), before);
  await Deno.remove(dir, { recursive: true });
});

const canMount = (await runCommand("unshare", ["-rm", "true"])).code === 0;

Deno.test({
  name: "harvester says that the disk is full and keeps the last snapshot",
  // A small disk of one's own needs a user namespace, which some machines forbid.
  ignore: !canMount,
  async fn() {
    await using site = startSite();
    await using browser = await startChromium();
    const dir = await Deno.makeTempDir();
    using person = await sitDown(browser.address);
    const tab = await person.open(`${site.origin("a")}/`);
    await tab.evaluate("localStorage.setItem('k', 'small')");
    const run = [
      Deno.execPath(),
      "run",
      "-q",
      "--no-prompt",
      "--cached-only",
      "--frozen",
      "-P=harvester",
      ...flags(browser, dir),
      `${ROOT}harvester.ts`,
    ].join(" ");
    // Small first, then more than the disk holds; both inside the namespace that sees the disk.
    const script = `mount -t tmpfs -o size=512k tmpfs ${dir} && ${run} && echo GROW && read _ &&
      { ${run}; echo "exit $?"; cat ${dir}/storage-state.json; ls -A ${dir}; }`;
    const child = new Deno.Command("unshare", {
      args: ["-rm", "sh", "-c", script],
      env: {
        CDP_URL: browser.address,
        SNAPSHOT_DIR: dir,
        PROFILE_DIR: browser.profile,
        LOG_FORMAT: "text",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let output = "";
    while (!output.includes("GROW")) {
      const { done, value } = await reader.read();
      assert.ok(!done, `the first harvest failed: ${output}`);
      output += value;
    }

    await tab.evaluate("localStorage.setItem('k', 'x'.repeat(2_000_000))");
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("\n"));
    await writer.close();

    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      output += part.value;
    }
    const errors = await new Response(child.stderr).text();
    await child.status;
    assert.match(output, /exit 1/, errors);
    assert.match(output, /"value":"small"/);
    assert.doesNotMatch(output, /\.tmp/);
    assert.match(errors, /harvester: Cannot write the snapshot to ".*": No space left on device/);
    await Deno.remove(dir, { recursive: true });
  },
});
