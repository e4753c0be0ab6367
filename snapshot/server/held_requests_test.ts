/**
 * Requests that a server holds until there is news: woken, left, and let go when it stops.
 *
 * @module
 */
import assert from "node:assert/strict";
import { withDeadline } from "../../core/deadline.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { snapshotText, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { BEARER, startSnapshotServer } from "../../tests/support/snapshot_server.ts";

Deno.test("serveSnapshot() wakes 200 held requests when one rename puts a new snapshot there", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one", 100_000));
  await using server = await startSnapshotServer(path);
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
  await using server = await startSnapshotServer(path);
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
  const server = await startSnapshotServer(path);
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

async function currentTag(url: string): Promise<string> {
  const response = await fetch(url, { method: "HEAD", headers: BEARER });
  await response.body?.cancel();
  return response.headers.get("etag") ?? "";
}
