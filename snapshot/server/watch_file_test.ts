import assert from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { systemClock } from "../../core/clock.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import { testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { watchFile } from "./watch_file.ts";

Deno.test("watchFile() tells of an event when the file is replaced, changed or removed", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", "1");
  // The clock stands still, so that no poll can take an event's place.
  const clock = createFakeClock();
  const stop = new AbortController();
  let events = 0;
  let isWatching = false;
  const watching = watchFile(path, {
    clock,
    onChange: () => events++,
    onWatching: (is) => isWatching = is,
  }, stop.signal);
  await eventually("a watch", () => isWatching);

  for (
    const change of [
      () => directory.put("s.json", "2"),
      () => Deno.writeTextFile(path, "3"),
      () => Deno.remove(path),
    ]
  ) {
    const before = events;
    await change();
    await eventually("an event", () => events > before);
  }

  stop.abort();
  await watching;
});

Deno.test("watchFile() does not tell of an event when the file is read or another one changes", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", "1");
  const stop = new AbortController();
  const seen: string[] = [];
  const watching = watchFile(path, {
    clock: createFakeClock(),
    onChange: () => seen.push(seen.length === 0 ? "start" : "event"),
  }, stop.signal);
  await eventually("a watch", () => seen.length === 1);
  using own = Deno.watchFs(directory.path);

  await Deno.readTextFile(path);
  await directory.put("other.json", "1");
  for await (const event of own) {
    if (event.kind === "rename" && event.paths.at(-1)?.endsWith("/other.json")) break;
  }

  assert.deepEqual(seen, ["start"]);
  stop.abort();
  await watching;
});

Deno.test("watchFile() begins to watch when its directory appears or is replaced", async () => {
  await using directory = await testDirectory();
  const inner = `${directory.path}/snapshots`;
  const stop = new AbortController();
  const told: boolean[] = [];
  let polls = 0;
  let events = 0;
  const watching = watchFile(`${inner}/s.json`, {
    clock: systemClock,
    pollMs: 20,
    onChange: (kind) => kind === "poll" ? polls++ : events++,
    onWatching: (isWatching) => told.push(isWatching),
  }, stop.signal);
  await eventually("two polls", () => polls >= 2);
  assert.deepEqual(told, [false]);

  await Deno.mkdir(inner);
  await eventually("a watch", () => told.length === 2);
  await Deno.rename(inner, `${directory.path}/old`);
  await eventually("no watch", () => told.length === 3);
  await Deno.mkdir(inner);
  await eventually("a watch again", () => told.length === 4);
  const before = events;
  await Deno.writeTextFile(`${inner}/s.json`, "1");
  await eventually("an event", () => events > before);

  assert.deepEqual(told, [false, true, false, true]);
  stop.abort();
  await watching;
});
