import assert from "node:assert/strict";
import { xauthorityEntry } from "./xauthority.ts";

Deno.test("xauthorityEntry() writes the bytes libXau reads", () => {
  const cookie = new Uint8Array(16).fill(0xab);

  const entry = xauthorityEntry(cookie);

  const name = [...new TextEncoder().encode("MIT-MAGIC-COOKIE-1")];
  assert.deepEqual([...entry], [0xff, 0xff, 0, 0, 0, 0, 0, 18, ...name, 0, 16, ...cookie]);
});
