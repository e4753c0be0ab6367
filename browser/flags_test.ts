import assert from "node:assert/strict";
import { chromiumFlags } from "./flags.ts";
import type { BrowserMode } from "./settings.ts";

const OPTIONS = {
  mode: "virtual",
  profileDir: "/profile",
  cdpPort: 9223,
  screen: { width: 800, height: 600 },
  isSandboxed: true,
  isRestoring: true,
} as const;

const names = (mode: BrowserMode, isSandboxed = true) =>
  chromiumFlags({ ...OPTIONS, mode, isSandboxed }).map(({ flag }) => flag);

Deno.test("chromiumFlags() gives each flag once, with a reason", () => {
  const flags = chromiumFlags({ ...OPTIONS, isSandboxed: false });
  const switches = flags.map(({ flag }) => flag.split("=")[0]);

  assert.equal(new Set(switches).size, flags.length);
  for (const { flag, reason } of flags) assert.ok(reason.length > 10, flag);
});

Deno.test("chromiumFlags() leaves out what would weaken the browser or blind the probe", () => {
  const forbidden = /disable-gpu|remote-allow-origins|enable-automation|isolat|web-security/;

  for (const mode of ["virtual", "display", "headless"] as const) {
    assert.deepEqual(names(mode, false).filter((flag) => forbidden.test(flag)), []);
  }
});

Deno.test("chromiumFlags() gives up the sandbox only when it is told to", () => {
  assert.ok(!names("virtual").includes("--no-sandbox"));
  assert.ok(names("virtual", false).includes("--no-sandbox"));
});

Deno.test("chromiumFlags() fills a virtual screen and leaves a person's window alone", () => {
  assert.ok(names("virtual").includes("--window-size=800,600"));
  assert.ok(!names("display").some((flag) => flag.startsWith("--window-")));
  assert.ok(names("headless").includes("--headless=new"));
});
