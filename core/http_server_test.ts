/**
 * @module
 */
import assert from "node:assert/strict";
import { withDeadline } from "./deadline.ts";
import { Fault } from "./fault.ts";
import { startHttpServer } from "./http_server.ts";

const hostname = "127.0.0.1";

/** Long enough for a busy machine; nothing waits for it to pass. */
const deadlineMs = 20_000;

Deno.test("startHttpServer() answers on the port the kernel chose", async () => {
  const server = startHttpServer(() => new Response("hello"), { hostname, port: 0 });

  const response = await fetch(`http://${hostname}:${server.port}/`);

  assert.equal(await response.text(), "hello");
  await server.stop();
});

Deno.test("stop() lets a request in flight finish", async () => {
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const server = startHttpServer(async () => {
    entered.resolve();
    await release.promise;
    return new Response("finished");
  }, { hostname, port: 0, drainMs: deadlineMs });
  const answer = fetch(`http://${hostname}:${server.port}/`);
  await entered.promise;

  const stopped = server.stop();
  release.resolve();

  const response = await answer;
  assert.deepEqual([response.status, await response.text()], [200, "finished"]);
  await withDeadline(stopped, deadlineMs, "Stopping");
});

Deno.test("stop() accepts nobody new", async () => {
  const server = startHttpServer(() => new Response("hello"), { hostname, port: 0 });

  await server.stop();

  await assert.rejects(
    Deno.connect({ hostname, port: server.port }),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("stop() cuts an open stream when the drain time is over", async () => {
  const server = startHttpServer(
    () =>
      new Response(
        new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode("tick")) }),
      ),
    { hostname, port: 0, drainMs: 50 },
  );
  const response = await fetch(`http://${hostname}:${server.port}/`);
  const reader = response.body?.getReader();
  assert.ok(reader !== undefined);
  const first = await reader.read();

  await withDeadline(server.stop(), deadlineMs, "Stopping with an open stream");

  assert.equal(new TextDecoder().decode(first.value), "tick");
  await assert.rejects(withDeadline(reader.read(), deadlineMs, "Reading on"), TypeError);
});

Deno.test("stop() cuts a request that is never answered when the drain time is over", async () => {
  const entered = Promise.withResolvers<void>();
  const server = startHttpServer(() => {
    entered.resolve();
    return new Promise(() => {});
  }, { hostname, port: 0, drainMs: 50 });
  const answer = fetch(`http://${hostname}:${server.port}/`);
  const refused = assert.rejects(answer, TypeError);
  await entered.promise;

  await withDeadline(server.stop(), deadlineMs, "Stopping with a silent handler");

  await withDeadline(refused, deadlineMs, "The client hearing of it");
});

Deno.test("stop() answers 503 to a new request while another is in flight", async () => {
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const server = startHttpServer(async () => {
    entered.resolve();
    await release.promise;
    return new Response("finished");
  }, { hostname, port: 0, drainMs: deadlineMs });
  const first = fetch(`http://${hostname}:${server.port}/`);
  await entered.promise;

  const stopped = server.stop();
  const second = await fetch(`http://${hostname}:${server.port}/`);

  assert.deepEqual([second.status, await second.text()], [503, "stopping\n"]);
  release.resolve();
  assert.equal(await (await first).text(), "finished");
  await withDeadline(stopped, deadlineMs, "Stopping");
});

Deno.test("stop() sends a whole answer when its client reads slowly", async () => {
  const size = 20_000_000;
  const server = startHttpServer(
    () => new Response("x".repeat(size)),
    { hostname, port: 0, drainMs: deadlineMs },
  );
  const response = await fetch(`http://${hostname}:${server.port}/`);

  const stopped = server.stop();
  const body = await response.bytes();

  assert.equal(body.length, size);
  await withDeadline(stopped, deadlineMs, "Stopping");
});

Deno.test("stop() resolves when it is called twice", async () => {
  const server = startHttpServer(() => new Response("hello"), { hostname, port: 0 });

  await withDeadline(Promise.all([server.stop(), server.stop()]), deadlineMs, "Stopping twice");
  await withDeadline(server.stop(), deadlineMs, "Stopping once more");
});

Deno.test("startHttpServer() throws a fault when the port is taken", () => {
  using taken = Deno.listen({ hostname, port: 0 });
  const { port } = taken.addr;

  assert.throws(
    () => startHttpServer(() => new Response(), { hostname, port }),
    (error) =>
      error instanceof Fault && error.exitCode === 1 &&
      error.message === `Cannot listen on 127.0.0.1:${port}: the port is taken by another process`,
  );
});

Deno.test("startHttpServer() throws a fault when the machine has no such address", () => {
  assert.throws(
    () => startHttpServer(() => new Response(), { hostname: "192.0.2.1", port: 0 }),
    new Fault("Cannot listen on 192.0.2.1:0: the machine has no such address"),
  );
});

Deno.test("startHttpServer() answers a bare 500 and tells of the error when a handler throws", async () => {
  const errors: unknown[] = [];
  const cause = new Error("the password is swordfish");
  const server = startHttpServer(() => {
    throw cause;
  }, { hostname, port: 0, onError: (error) => errors.push(error) });

  const response = await fetch(`http://${hostname}:${server.port}/`);

  assert.deepEqual([response.status, await response.text()], [500, "internal error\n"]);
  assert.deepEqual(errors, [cause]);
  await server.stop();
});

Deno.test("startHttpServer() aborts the request's signal when its client leaves", async () => {
  const entered = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const server = startHttpServer(async (request) => {
    request.signal.addEventListener("abort", () => left.resolve());
    entered.resolve();
    await left.promise;
    return new Response();
  }, { hostname, port: 0 });
  const leaving = new AbortController();
  const answer = fetch(`http://${hostname}:${server.port}/`, { signal: leaving.signal });
  const aborted = assert.rejects(answer);
  await entered.promise;

  leaving.abort();

  await withDeadline(left.promise, deadlineMs, "Hearing of the client's leave");
  await aborted;
  await server.stop();
});
