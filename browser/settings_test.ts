import assert from "node:assert/strict";
import fc from "fast-check";
import { Fault } from "../core/fault.ts";
import { readSettings } from "./settings.ts";

const env = (values: Record<string, string>) => ({ get: (name: string) => values[name] });

Deno.test("readSettings() has the contract's ports and paths by default", () => {
  const settings = readSettings(env({}), {});

  assert.equal(settings.mode, "virtual");
  assert.equal(settings.profileDir, "/profile/chromium-data");
  assert.equal(settings.cdpPort, 9223);
  assert.equal(settings.view.port, 6080);
  assert.equal(settings.closeMs, 2_500);
  assert.deepEqual(settings.screen, { width: 1920, height: 1080 });
});

Deno.test("readSettings() lets in pages of this machine and of the configured origins", () => {
  const settings = readSettings(
    env({ BROWSER_VIEW_PORT: "7000", BROWSER_VIEW_ORIGINS: "https://view.example" }),
    {},
  );

  assert.deepEqual(settings.view.origins, [
    "http://127.0.0.1:7000",
    "http://localhost:7000",
    "https://view.example",
  ]);
});

Deno.test("readSettings() refuses two modes at once and a screen that is not there", () => {
  assert.throws(() => readSettings(env({}), { display: true, headless: true }), /together/);
  assert.throws(() => readSettings(env({}), { display: true }), /DISPLAY is not set/);
  assert.equal(readSettings(env({ DISPLAY: ":0" }), { display: true }).mode, "display");
});

Deno.test("readSettings() accepts a screen size within bounds and names any other", () => {
  fc.assert(fc.property(fc.nat(9_999), fc.nat(9_999), (width, height) => {
    const read = () => readSettings(env({ BROWSER_SCREEN: `${width}x${height}` }), {}).screen;
    const isFine = [width, height].every((pixels) => pixels >= 320 && pixels <= 7_680);
    if (isFine) assert.deepEqual(read(), { width, height });
    else assert.throws(read, /BROWSER_SCREEN is ".*", must be WIDTHxHEIGHT/);
  }));
});

Deno.test("readSettings() throws nothing but a fault for any text in any variable", () => {
  const names = ["SCREEN", "CDP_PORT", "VIEW_PORT", "PROBE_MISSES", "SANDBOX", "PROFILE_DIR"];
  fc.assert(fc.property(fc.constantFrom(...names), fc.string(), (name, value) => {
    try {
      readSettings(env({ [`BROWSER_${name}`]: value }), {});
    } catch (error) {
      assert.ok(error instanceof Fault);
      assert.equal(error.exitCode, 2);
    }
  }));
});
