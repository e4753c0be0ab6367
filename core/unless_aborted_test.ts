import assert from "node:assert/strict";
import { Fault } from "./fault.ts";
import { unlessAborted } from "./unless_aborted.ts";

const interrupted = new Fault("Interrupted", { exitCode: 130 });

Deno.test("unlessAborted() gives what the work gives when nobody asks to stop", async () => {
  const { signal } = new AbortController();

  assert.equal(await unlessAborted(Promise.resolve(7), signal), 7);
  await assert.rejects(unlessAborted(Promise.reject(new Error("torn")), signal), /torn/);
});

Deno.test("unlessAborted() throws when somebody asks to stop meanwhile, or before", async () => {
  const stopping = new AbortController();
  const never = new Promise(() => {});

  const waiting = unlessAborted(never, stopping.signal);
  stopping.abort();

  await assert.rejects(waiting, interrupted);
  await assert.rejects(unlessAborted(never, AbortSignal.abort()), interrupted);
});

Deno.test("unlessAborted() takes no result of work that ended as it was interrupted", async () => {
  const stopping = new AbortController();
  const work = Promise.withResolvers<number>();

  const waiting = unlessAborted(work.promise, stopping.signal);
  work.resolve(7);
  stopping.abort();

  await assert.rejects(waiting, interrupted);
});

Deno.test("unlessAborted() leaves nothing unheard when the work fails later", async () => {
  const work = Promise.withResolvers<number>();

  await assert.rejects(unlessAborted(work.promise, AbortSignal.abort()), interrupted);
  work.reject(new Error("a child was killed"));

  // An unhandled rejection would end the process here.
  await new Promise((resolve) => setTimeout(resolve));
});
