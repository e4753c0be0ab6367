/**
 * `hearth verify` with a real browser: what arrives, and what Chromium refuses.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { StateCookie, StateOrigin, StorageState } from "../snapshot/storage_state.ts";
import type { VerifyReport } from "../snapshot/verify/verify_report.ts";
import { startChromium } from "./support/chromium.ts";
import { sitDown } from "./support/person.ts";
import { startProgram } from "./support/program.ts";
import { startSite } from "./support/site.ts";
import { FILL_STORAGE } from "./support/storage_zoo.ts";

const LATER = Math.floor(Date.now() / 1_000) + 86_400;

function cookie(name: string, domain: string, rest: Partial<StateCookie> = {}): StateCookie {
  return {
    name,
    value: "secret-value",
    domain,
    path: "/",
    expires: -1,
    httpOnly: true,
    secure: true,
    sameSite: "Lax",
    ...rest,
  };
}

const GOOD_ORIGIN: StateOrigin = {
  origin: "https://app.example.com",
  localStorage: [{ name: "token", value: "secret-value" }, { name: "", value: "" }],
  indexedDB: [{
    name: "db",
    version: 2,
    stores: [
      { name: "s", autoIncrement: false, records: [{ key: "a", value: 1 }], indexes: [] },
      { name: "empty", autoIncrement: true, records: [], indexes: [] },
    ],
  }],
};

const GOOD: StorageState = {
  cookies: [
    cookie("session", "app.example.com"),
    cookie("kept", ".example.com", { expires: LATER, sameSite: "Strict", httpOnly: false }),
    cookie("part", "embedded.example.org", {
      sameSite: "None",
      partitionKey: "https://example.com",
      _crHasCrossSiteAncestor: true,
    }),
    cookie("part", "embedded.example.org", {
      sameSite: "None",
      partitionKey: "https://example.org",
      _crHasCrossSiteAncestor: false,
    }),
  ],
  origins: [GOOD_ORIGIN, { origin: "http://localhost:8080", localStorage: [] }],
};

interface Outcome {
  readonly code: number;
  readonly text: string;
}

async function verify(state: unknown, ...args: readonly string[]): Promise<Outcome> {
  const dir = await Deno.makeTempDir({ prefix: "hearth-verify-test-" });
  try {
    const file = `${dir}/snapshots/storage-state.json`;
    await Deno.mkdir(`${dir}/snapshots`);
    await Deno.writeTextFile(file, typeof state === "string" ? state : JSON.stringify(state));
    const program = startProgram("hearth", { args: ["verify", "--data", dir, ...args] });
    const code = await program.exitCode;
    const text = program.lines.join("\n");
    assert.ok(!text.includes("secret-value"), "a value is never shown");
    return { code, text };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("hearth verify ends with 0 when everything has arrived", async () => {
  const { code, text } = await verify(GOOD);

  assert.equal(code, 0, text);
  assert.match(text, /✓ example\.com: 2 of 2 cookies, 4 of 4 items/);
  assert.match(text, /^4 of 4 cookies and 4 of 4 items of 2 origins arrived in Chromium /m);
});

Deno.test("hearth verify names each culprit and seeds the rest when seeding is refused", async () => {
  const bad: StorageState = {
    cookies: [
      ...GOOD.cookies,
      cookie("__Host-x", ".example.com"),
      cookie("expired", "example.com", { expires: 1_000 }),
      cookie("none", "example.com", { sameSite: "None", secure: false }),
      cookie("large", "example.com", { value: "x".repeat(5_000) }),
    ],
    origins: [
      ...GOOD.origins,
      {
        origin: "https://full.example.org",
        localStorage: [{ name: "huge", value: "x".repeat(11_000_000) }],
      },
    ],
  };

  const { code, text } = await verify(bad, "--json");

  assert.equal(code, 1, text);
  const report: VerifyReport = JSON.parse(text);
  const refused = report.cookies.filter((one) => one.refused !== undefined);
  assert.deepEqual(refused.map((one) => one.name), ["__Host-x", "expired", "none", "large"]);
  const reasons = refused.map((one) => one.refused ?? "");
  assert.match(reasons[0] ?? "", /Invalid cookie fields/);
  assert.match(reasons[1] ?? "", /it has expired/);
  assert.match(reasons[2] ?? "", /SameSite=None without Secure/);
  assert.match(reasons[3] ?? "", /Invalid cookie fields/);
  const [good, , full] = report.origins;
  assert.deepEqual(good?.items.map((one) => [one.what, one.arrived, one.isWhole]), [
    ['localStorage "token"', 1, true],
    ['localStorage ""', 1, true],
    ['IndexedDB "db"/"s"', 1, true],
    ['IndexedDB "db"/"empty"', 0, true],
  ]);
  assert.match(full?.refused ?? "", /exceeded the quota/);
});

Deno.test("hearth verify says in one line what it cannot do", async (t) => {
  await t.step("there is no snapshot", async () => {
    const program = startProgram("hearth", { args: ["verify", "--data", "/nonexistent"] });
    assert.equal(await program.exitCode, 1);
    assert.match(program.lines.join("\n"), /^hearth: Cannot verify "\/nonexistent\/.*No such file/);
  });
  await t.step("the snapshot is garbage", async () => {
    const { code, text } = await verify('{"cookies":[]');
    assert.equal(code, 1);
    assert.match(text, /^hearth: Cannot verify ".*": it is not whole JSON$/);
  });
  await t.step("two places are given", async () => {
    const { code, text } = await verify(GOOD, "--snapshot", "x");
    assert.equal(code, 2);
    assert.match(text, /--data and --snapshot cannot be used together/);
  });
});

Deno.test("hearth verify finds everything that was harvested of a real profile", async () => {
  await using site = startSite({
    handle: () =>
      new Response("<p>in", {
        headers: {
          "content-type": "text/html",
          "set-cookie": "part=p; Secure; HttpOnly; SameSite=None; Partitioned; Path=/",
        },
      }),
  });
  await using browser = await startChromium();
  const dir = await Deno.makeTempDir({ prefix: "hearth-verify-test-" });
  using person = await sitDown(browser.address);
  const tab = await person.open(`${site.origin("a")}/`);
  await tab.evaluate(FILL_STORAGE);
  const harvester = startProgram("harvester", {
    env: { CDP_URL: browser.address, SNAPSHOT_DIR: dir, PROFILE_DIR: browser.profile },
    flags: [
      `--allow-net=127.0.0.1:${browser.port}`,
      `--allow-read=${dir},${browser.profile}`,
      `--allow-write=${dir}`,
    ],
  });
  assert.equal(await harvester.exitCode, 0, harvester.lines.join("\n"));

  const args = ["verify", "--json", "--snapshot", `${dir}/storage-state.json`];
  const program = startProgram("hearth", { args });

  assert.equal(await program.exitCode, 0, program.lines.join("\n"));
  const report: VerifyReport = JSON.parse(program.lines.join(""));
  assert.deepEqual(report.cookies.map((one) => [one.name, one.refused]), [["part", undefined]]);
  const items = report.origins[0]?.items ?? [];
  assert.ok(items.length > 10 && items.every((one) => one.isWhole), JSON.stringify(items));
  await Deno.remove(dir, { recursive: true });
});
