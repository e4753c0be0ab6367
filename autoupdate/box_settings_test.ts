/**
 * @module
 */
import assert from "node:assert/strict";
import { readBoxSettings } from "./box_settings.ts";

const HAND = new Map([["T3_TRACK", "latest"]]);

Deno.test("readBoxSettings() takes what the units take, and the environment before it", async () => {
  const path = await Deno.makeTempFile({ prefix: "hearth-settings-" });
  try {
    await Deno.writeTextFile(path, '# ours\nT3_TRACK=nightly\nT3_PIN="0.1.10"\n');

    const env = await readBoxSettings(HAND, path);

    assert.equal(env.get("T3_TRACK"), "latest");
    assert.equal(env.get("T3_PIN"), "0.1.10");
    assert.equal(env.get("T3_REGISTRY"), undefined);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readBoxSettings() is the environment where a box has no such file", async () => {
  const env = await readBoxSettings(HAND, "/nowhere/autoupdate.env");

  assert.equal(env.get("T3_TRACK"), "latest");
  assert.equal(env.get("T3_PIN"), undefined);
});
