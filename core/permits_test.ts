import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Permits } from "./permits.ts";

const never = new AbortController().signal;

Deno.test("Permits.acquire() hands permits out in order, no more than there are", async () => {
  const permits = new Permits(2);
  const order: string[] = [];
  const first = await permits.acquire(never);
  await permits.acquire(never);
  const third = permits.acquire(never).then((release) => (order.push("third"), release));
  const fourth = permits.acquire(never).then(() => order.push("fourth"));

  first?.();
  first?.();
  const release = await third;
  const before = [...order];
  release?.();
  await fourth;

  deepStrictEqual(before, ["third"]);
  deepStrictEqual(order, ["third", "fourth"]);
});

Deno.test("Permits.acquire() gives up without losing a permit", async () => {
  const permits = new Permits(1);
  const release = await permits.acquire(never);
  const leaving = new AbortController();
  const waiting = permits.acquire(leaving.signal);

  leaving.abort();
  const given = await waiting;
  release?.();

  strictEqual(given, undefined);
  strictEqual(await permits.acquire(leaving.signal), undefined);
  strictEqual(typeof await permits.acquire(never), "function");
});
