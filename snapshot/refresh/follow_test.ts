import assert from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { freePort } from "../../tests/support/free_port.ts";
import { serveSnapshot } from "../server/serve_snapshot.ts";
import { recordLog, snapshotText, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { serverConfig } from "../../tests/support/snapshot_server.ts";
import { followSnapshot } from "./follow.ts";
import { scriptServer } from "../../tests/support/scripted_server.ts";

/** Pauses pass in a moment and are written down; the long waits for a server stay what they are. */
function hastyClock(): { clock: Clock; pausesMs: number[] } {
  const pausesMs: number[] = [];
  const clock: Clock = {
    ...systemClock,
    sleep(ms, signal) {
      if (ms >= 30_000) return systemClock.sleep(ms, signal);
      pausesMs.push(ms);
      return systemClock.sleep(1, signal);
    },
  };
  return { clock, pausesMs };
}

/** A snapshot server on a port that stays the same, so that it can be restarted. */
function startServer(path: string, tokenFile: string, port: number) {
  const stopping = new AbortController();
  const ended = serveSnapshot(
    serverConfig(path, { PW_TOKEN_FILE: tokenFile, PORT: port }),
    { log: recordLog().log },
    stopping.signal,
  );
  return async () => {
    stopping.abort();
    await ended;
  };
}

Deno.test("followSnapshot() has every snapshot at once, also when the server restarts and the token is rotated", async () => {
  await using directory = await testDirectory();
  const serverToken = await directory.put("server-token", "one\n");
  const tokenPath = await directory.put("token", "one\n");
  const path = `${directory.path}/s.json`;
  const targetPath = `${directory.path}/home/state.json`;
  const port = freePort();
  const url = new URL(`http://127.0.0.1:${port}/api/snapshot`);
  const { log, lines } = recordLog();
  const stopping = new AbortController();
  const copied = (text: string) =>
    eventually(
      `the copy of ${text.slice(0, 60)}`,
      async () => await Deno.readTextFile(targetPath).catch(() => "") === text,
      60_000,
    );

  let stopServer = startServer(path, serverToken, port);
  const following = followSnapshot(
    { url, tokenPath, targetPath },
    { log, clock: systemClock },
    stopping.signal,
  );
  try {
    await directory.put("s.json", snapshotText("first"));
    await copied(snapshotText("first"));
    await directory.put("s.json", snapshotText("second"));
    await copied(snapshotText("second"));

    await stopServer();
    await directory.put("s.json", snapshotText("while down"));
    await eventually("a failure", () => lines.some((line) => line.includes("unreachable")));
    stopServer = startServer(path, serverToken, port);
    await copied(snapshotText("while down"));

    await directory.put("server-token", "two\n");
    await directory.put("s.json", snapshotText("after rotation"));
    await eventually(
      "a refusal",
      () => lines.some((line) => line.includes("unauthorized")),
      60_000,
    );
    await directory.put("token", "two\n");
    await copied(snapshotText("after rotation"));

    await Deno.remove(targetPath);
    await directory.put("s.json", snapshotText("after removal"));
    await copied(snapshotText("after removal"));
  } finally {
    stopping.abort();
    await following;
    await stopServer();
  }
  const refreshed = lines.filter((line) => line.includes("INFO  test: refreshed"));
  assert.equal(refreshed.length, 5);
  assert.match(refreshed[0] ?? "", /sizeBytes=\d+ etag=.* ageMs=\d+/);
});

Deno.test("followSnapshot() pauses ever longer when the server knows no wait", async () => {
  await using directory = await testDirectory();
  const tokenPath = await directory.put("token", "t");
  await using server = scriptServer(() => new Response(snapshotText("same")));
  const { clock, pausesMs } = hastyClock();
  const stopping = new AbortController();

  const following = followSnapshot(
    { url: server.url, tokenPath, targetPath: `${directory.path}/state.json` },
    { log: recordLog().log, clock, random: () => 1 },
    stopping.signal,
  );
  await eventually("four pauses", () => pausesMs.length >= 4);
  stopping.abort();
  await following;

  assert.deepEqual(pausesMs.slice(0, 4), [250, 500, 1_000, 2_000]);
});

Deno.test("followSnapshot() backs off and says a failure once when it goes on", async () => {
  await using directory = await testDirectory();
  const tokenPath = await directory.put("token", "t");
  const answers = [500, 500, 500, 401, 401, 200];
  await using server = scriptServer((_, count) => {
    const status = answers[count - 1] ?? 200;
    return new Response(status === 200 ? snapshotText("good") : "", { status });
  });
  const { clock, pausesMs } = hastyClock();
  const { log, lines } = recordLog();
  const stopping = new AbortController();

  const following = followSnapshot(
    { url: server.url, tokenPath, targetPath: `${directory.path}/state.json` },
    { log, clock, random: () => 0 },
    stopping.signal,
  );
  await eventually("a success", () => lines.some((line) => line.includes("test: refreshed")));
  stopping.abort();
  await following;

  assert.deepEqual(pausesMs.slice(0, 5), [125, 250, 500, 1_000, 2_000]);
  const warnings = lines.filter((line) => line.includes("WARN"));
  assert.deepEqual(warnings.map((line) => /answered (\d+)/.exec(line)?.[1]), ["500", "401"]);
  assert.ok(lines.some((line) => /reached the server again .*failures=5/.test(line)));
});

Deno.test("followSnapshot() lets the server hold the request when there is no snapshot yet", async () => {
  await using directory = await testDirectory();
  const tokenPath = await directory.put("token", "t");
  const first = Promise.withResolvers<Response>();
  await using server = scriptServer((_, count) => {
    if (count === 2) return first.promise;
    const body = '{"error":"snapshot not yet available"}\n';
    return count === 1 ? new Response(body, { status: 404 }) : new Promise<Response>(() => {});
  });
  const { log, lines } = recordLog();
  const stopping = new AbortController();

  const following = followSnapshot(
    { url: server.url, tokenPath, targetPath: `${directory.path}/state.json` },
    { log, clock: hastyClock().clock },
    stopping.signal,
  );
  await eventually("a held request", () => server.requests.length === 2);
  first.resolve(new Response(snapshotText("first login")));
  await eventually("a refresh", () => lines.some((line) => line.includes("test: refreshed")));
  stopping.abort();
  await following;

  const waits = server.requests.slice(0, 2).map(({ url }) => url.search);
  assert.deepEqual(waits, ["", "?wait=50"]);
});
