import assert from "node:assert/strict";
import { ByteSource } from "./byte_source.ts";
import { type NextRequestOptions, readNextRequest } from "./next_request.ts";

/** A connection on which a test says what comes, and when. */
function startWire() {
  const pieces: Uint8Array[] = [];
  let wake = Promise.withResolvers<void>();
  let isEnded = false;
  let fault: Error | undefined;
  const change = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  return {
    send: (text: string) => (pieces.push(new TextEncoder().encode(text)), change()),
    end: () => (isEnded = true, change()),
    fail: (error: Error) => (fault = error, change()),
    async read(into: Uint8Array): Promise<number | null> {
      while (true) {
        const piece = pieces.shift();
        if (piece !== undefined) {
          into.set(piece);
          return piece.length;
        }
        if (fault !== undefined) throw fault;
        if (isEnded) return null;
        await wake.promise;
      }
    },
  };
}

const WHOLE = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const NEVER_MS = 1_000_000;

function options(more: Partial<NextRequestOptions> = {}): NextRequestOptions {
  return {
    isFirst: true,
    headTimeoutMs: NEVER_MS,
    idleTimeoutMs: NEVER_MS,
    signal: new AbortController().signal,
    onWaiting: () => {},
    ...more,
  };
}

Deno.test("readNextRequest() gives one head after the other, and says while it waits", async () => {
  const wire = startWire();
  const source = new ByteSource(wire);
  const waits: boolean[] = [];
  const onWaiting = (isWaiting: boolean) => void waits.push(isWaiting);
  wire.send(WHOLE + WHOLE.replace("/a", "/b"));

  const first = await readNextRequest(source, options({ onWaiting }));
  const second = await readNextRequest(source, options({ onWaiting, isFirst: false }));
  wire.end();
  const third = await readNextRequest(source, options({ onWaiting, isFirst: false }));

  assert.ok(first?.kind === "head" && second?.kind === "head");
  assert.deepEqual([first.head.target, second.head.target, third], ["/a", "/b", undefined]);
  assert.deepEqual(waits, [true, false, false, true, false, false, true, false]);
});

Deno.test("readNextRequest() names the reason when what comes is no head", async () => {
  const cases = [
    ["\x16\x03", "tls"],
    ["GET  / HTTP/1.1\r\n\r\n", "request_line"],
    [`GET / HTTP/1.1\r\nA: ${"x".repeat(66_000)}`, "head_too_large"],
    ["POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "transfer_encoding"],
  ] as const;

  for (const [text, reason] of cases) {
    const wire = startWire();
    for (let at = 0; at < text.length; at += 4_000) wire.send(text.slice(at, at + 4_000));

    const next = await readNextRequest(new ByteSource(wire), options());

    assert.deepEqual(next, { kind: "refused", reason });
  }
});

Deno.test("readNextRequest() tells a client that is late from one that never began", async () => {
  for (const isFirst of [true, false]) {
    const late = { isFirst, headTimeoutMs: 20, idleTimeoutMs: 20 };
    const begun = startWire();
    begun.send("GET / HT");
    const silent = startWire();

    const slow = await readNextRequest(new ByteSource(begun), options(late));
    const none = await readNextRequest(new ByteSource(silent), options(late));

    assert.deepEqual([slow, none], [{ kind: "refused", reason: "head_timeout" }, undefined]);
    // Whatever comes of the read that nobody waits for any more is nobody's failure.
    begun.fail(new Deno.errors.ConnectionReset("reset"));
    silent.send(WHOLE);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
});

Deno.test("readNextRequest() gives a kept connection the time of a head once one begins", async () => {
  const wire = startWire();
  const begun = Promise.withResolvers<void>();
  const onWaiting = (isWaiting: boolean) => isWaiting || begun.resolve();
  const idleTimeoutMs = 50;
  const reading = readNextRequest(
    new ByteSource(wire),
    options({ isFirst: false, idleTimeoutMs, onWaiting }),
  );

  wire.send(WHOLE.slice(0, 3));
  await begun.promise;
  await new Promise((resolve) => setTimeout(resolve, 2 * idleTimeoutMs));
  wire.send(WHOLE.slice(3));

  assert.equal((await reading)?.kind, "head");
});

Deno.test("readNextRequest() reads nothing once no more requests are wanted", async () => {
  const wire = startWire();
  wire.send(WHOLE);

  const next = await readNextRequest(
    new ByteSource(wire),
    options({ signal: AbortSignal.abort() }),
  );

  assert.equal(next, undefined);
});
