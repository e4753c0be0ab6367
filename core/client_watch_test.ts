import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type ClientSight, ClientWatch, type WatchVerdict } from "./client_watch.ts";

const LIMITS = { stallTicks: 3, pingTicks: 2 };

function looks(
  times: number,
  sightAt: (turn: number) => Partial<ClientSight>,
  limits = LIMITS,
): WatchVerdict[] {
  const watch = new ClientWatch();
  const quiet = { isWriting: false, sentBytes: 0, sentPieces: 0, heardBytes: 0 };
  return Array.from(
    { length: times },
    (_, turn) => watch.look({ ...quiet, ...sightAt(turn) }, limits),
  );
}

Deno.test("ClientWatch.look() pings a quiet client once, and gives it up after as long again", () => {
  deepStrictEqual(looks(4, () => ({})), ["fine", "ping", "fine", "silent"]);
});

Deno.test("ClientWatch.look() takes an answer for a sign of life", () => {
  const seen = looks(8, (turn) => ({ heardBytes: turn < 2 ? 0 : turn < 5 ? 6 : 12 }));

  strictEqual(seen.includes("silent"), false);
});

Deno.test("ClientWatch.look() never pings where it may not", () => {
  strictEqual(looks(50, () => ({}), { ...LIMITS, pingTicks: 0 }).every((v) => v === "fine"), true);
});

Deno.test("ClientWatch.look() gives up a client that takes nothing", () => {
  deepStrictEqual(looks(5, () => ({ isWriting: true })), [
    "fine",
    "fine",
    "fine",
    "stalled",
    "stalled",
  ]);
});

Deno.test("ClientWatch.look() gives up a client that takes a trickle", () => {
  strictEqual(looks(9, (turn) => ({ isWriting: true, sentBytes: 1_000 * turn })).at(-1), "stalled");
});

Deno.test("ClientWatch.look() keeps a client that is always behind but keeps taking", () => {
  const bytes = looks(50, (turn) => ({ isWriting: true, sentBytes: 30_000 * turn }));
  const pieces = looks(50, (turn) => ({ isWriting: true, sentPieces: turn }));

  strictEqual([...bytes, ...pieces].every((verdict) => verdict === "fine"), true);
});
