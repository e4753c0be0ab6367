import assert from "node:assert/strict";
import { createSlot } from "./slot.ts";

Deno.test("createSlot() wakes everybody who waits when it is filled", async () => {
  const slot = createSlot<string>();
  const { signal } = new AbortController();

  const waiting = [slot.wait(signal), slot.wait(signal)];
  slot.fill(":1");

  assert.deepEqual(await Promise.all(waiting), [":1", ":1"]);
  assert.equal(await slot.wait(signal), ":1");
});

Deno.test("createSlot() lets wait for the next value after it was emptied", async () => {
  const slot = createSlot<string>();
  const { signal } = new AbortController();
  slot.fill(":1");
  slot.empty();

  const waiting = slot.wait(signal);
  assert.equal(slot.value, undefined);
  slot.fill(":2");

  assert.equal(await waiting, ":2");
});

Deno.test("createSlot() rejects who waits when the wait is aborted", async () => {
  const slot = createSlot<string>();
  const stopping = new AbortController();

  const waiting = slot.wait(stopping.signal);
  stopping.abort();

  await assert.rejects(waiting, { name: "AbortError" });
  await assert.rejects(slot.wait(stopping.signal), { name: "AbortError" });
});
