import assert from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { withDeadline } from "../../core/deadline.ts";
import { Fault } from "../../core/fault.ts";
import { Secret } from "../../core/secret.ts";
import { recordLog, snapshotText, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { type ListeningAt, serveSnapshot } from "./serve_snapshot.ts";

const BEARER = { authorization: "Bearer s3cret" };

/** A server on free loopback ports, stopped with the test. */
async function startServer(path: string) {
  const stopping = new AbortController();
  const { log, lines } = recordLog();
  const { promise, resolve } = Promise.withResolvers<ListeningAt>();
  const ended = serveSnapshot(
    {
      SNAPSHOT_PATH: path,
      PW_TOKEN_FILE: undefined,
      PW_TOKEN: new Secret("s3cret"),
      ACCESS_FILE: undefined,
      SNAPSHOT_MAX_AGE_SECONDS: 0,
      HOST: "127.0.0.1",
      PORT: 0,
      METRICS_ADDR: "127.0.0.1",
      METRICS_PORT: 0,
    },
    { log },
    stopping.signal,
    resolve,
  );
  const at = await Promise.race([promise, ended.then(() => assert.fail("it ended"))]);
  const admin = `http://127.0.0.1:${at.metricsPort}`;
  async function stop(): Promise<void> {
    stopping.abort();
    await ended;
  }
  return {
    port: at.port,
    url: `http://127.0.0.1:${at.port}/api/snapshot`,
    lines,
    stop,
    admin: async (page: string) => {
      const response = await fetch(admin + page);
      return { status: response.status, text: await response.text() };
    },
    async waiters() {
      const { text } = await this.admin("/metrics");
      return Number(/^hearth_snapshot_server_waiters (\d+)$/m.exec(text)?.[1]);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function currentTag(url: string): Promise<string> {
  const response = await fetch(url, { method: "HEAD", headers: BEARER });
  await response.body?.cancel();
  return response.headers.get("etag") ?? "";
}

Deno.test("serveSnapshot() wakes 200 held requests when one rename puts a new snapshot there", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one", 100_000));
  await using server = await startServer(path);
  const headers = { ...BEARER, "if-none-match": await currentTag(server.url) };

  const held = Array.from({ length: 200 }, async () => {
    const response = await fetch(`${server.url}?wait=120`, { headers });
    return { status: response.status, text: await response.text() };
  });
  await eventually("200 waiters", async () => await server.waiters() === 200, 60_000);
  await directory.put("s.json", snapshotText("two", 100_000));
  const answers = await withDeadline(Promise.all(held), 60_000, "waking");

  const two = snapshotText("two", 100_000);
  assert.ok(answers.every(({ status, text }) => status === 200 && text === two));
  assert.equal(await server.waiters(), 0);
});

Deno.test("serveSnapshot() forgets a waiter when its client leaves", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  await using server = await startServer(path);
  const headers = { ...BEARER, "if-none-match": await currentTag(server.url) };
  const leaving = new AbortController();

  const held = fetch(`${server.url}?wait=300`, { headers, signal: leaving.signal });
  await eventually("one waiter", async () => await server.waiters() === 1);
  leaving.abort();
  await assert.rejects(held, { name: "AbortError" });

  await eventually("no waiter", async () => await server.waiters() === 0);
  const { text } = await server.admin("/metrics");
  assert.match(text, /requests_total\{path="\/api\/snapshot",status="gone"\} 1/);
});

Deno.test("serveSnapshot() answers what it holds and ends at once when it is stopped", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  const server = await startServer(path);
  const headers = { ...BEARER, "if-none-match": await currentTag(server.url) };
  const held = Array.from({ length: 20 }, async () => {
    const response = await fetch(`${server.url}?wait=300`, { headers });
    await response.body?.cancel();
    return response.status;
  });
  await eventually("20 waiters", async () => await server.waiters() === 20);

  await withDeadline(server.stop(), 10_000, "stopping");

  assert.deepEqual(new Set(await Promise.all(held)), new Set([304]));
});

Deno.test("serveSnapshot() says on /readyz why it is not ready, and still serves, when the file is torn", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  await using server = await startServer(path);
  assert.deepEqual(await server.admin("/readyz"), { status: 200, text: "ok\n" });

  await Deno.truncate(path, 20);
  await eventually("not ready", async () => (await server.admin("/readyz")).status === 503);

  const { text } = await server.admin("/readyz");
  assert.match(text, /^error snapshot_invalid: Cannot use snapshot ".*": it is not whole JSON/);
  assert.match((await server.admin("/metrics")).text, /reload_failures_total [1-9]/);
  const response = await fetch(server.url, { headers: BEARER });
  assert.equal(await response.text(), snapshotText("one"));
  await directory.put("s.json", snapshotText("two"));
  await eventually("ready", async () => (await server.admin("/readyz")).status === 200);
});

Deno.test("serveSnapshot() never answers a torn snapshot while the file is written in place", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("0", 200_000));
  await using server = await startServer(path);
  let isWriting = true;
  const writing = (async () => {
    for (let round = 1; round <= 40; round++) {
      // In place and in two pieces: the worst a careless writer can do.
      const text = snapshotText(String(round), 200_000);
      await Deno.writeTextFile(path, text.slice(0, 100_000));
      await Deno.writeTextFile(path, text);
    }
    isWriting = false;
  })();

  let reads = 0;
  for (; isWriting || reads < 10; reads++) {
    const response = await fetch(server.url, { headers: BEARER });
    assert.equal(response.status, 200);
    assert.equal(JSON.parse(await response.text()).cookies.length, 1);
  }
  await writing;

  const last = snapshotText("40", 200_000);
  await eventually("the last one", async () => {
    const response = await fetch(server.url, { headers: BEARER });
    return await response.text() === last;
  });
});

Deno.test("serveSnapshot() fails with a sentence when the port is taken", async () => {
  await using directory = await testDirectory();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { log } = recordLog();
  const config = {
    SNAPSHOT_PATH: `${directory.path}/s.json`,
    PW_TOKEN_FILE: undefined,
    PW_TOKEN: undefined,
    ACCESS_FILE: undefined,
    SNAPSHOT_MAX_AGE_SECONDS: 0,
    HOST: "127.0.0.1",
    METRICS_ADDR: "127.0.0.1",
  };
  const { signal } = new AbortController();

  for (
    const ports of [
      { PORT: taken.addr.port, METRICS_PORT: 0 },
      { PORT: 0, METRICS_PORT: taken.addr.port },
    ]
  ) {
    await assert.rejects(
      serveSnapshot({ ...config, ...ports }, { log }, signal),
      (error) => error instanceof Fault && /^Cannot listen on .* is taken/.test(error.message),
    );
  }
});
