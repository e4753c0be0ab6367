/**
 * @module
 */
import assert from "node:assert/strict";
import { DeadlineError, withDeadline } from "./deadline.ts";

Deno.test("withDeadline() gives the result when the work ends in time", async () => {
  const result = await withDeadline(Promise.resolve(7), 60_000, "Counting");

  assert.equal(result, 7);
});

Deno.test("withDeadline() passes the error on when the work fails in time", async () => {
  const cause = new RangeError("too many");

  await assert.rejects(withDeadline(Promise.reject(cause), 60_000, "Counting"), cause);
});

Deno.test("withDeadline() throws a DeadlineError when the work never ends", async () => {
  const work = withDeadline(new Promise(() => {}), 5, "Counting");

  await assert.rejects(work, (error) => {
    assert.ok(error instanceof DeadlineError);
    assert.equal(error.message, "Counting took longer than 5 ms");
    assert.equal(error.deadlineMs, 5);
    return true;
  });
});

Deno.test("withDeadline() leaves no unhandled rejection when the work fails too late", async () => {
  const work = Promise.withResolvers<void>();

  await assert.rejects(withDeadline(work.promise, 1, "Counting"), DeadlineError);

  work.reject(new Error("late"));
  await work.promise.catch(() => {});
});
