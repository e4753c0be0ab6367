/**
 * Bodies of a gigabyte through nginx and dispatch: whole, in both directions, in little memory, and
 * as they come.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { withDeadline } from "../core/deadline.ts";
import { startTestDispatch, type TestDispatch } from "./support/dispatch.ts";
import { startIngress } from "./support/ingress.ts";
import { rawRequest, sendRaw } from "./support/raw_http.ts";
import { build } from "./t3_fixture/builds.ts";

const SIZE = 1_000_000_000;
const BLOCK = new TextEncoder().encode("0123456789abcdef".repeat(65_536));

/** How far memory may grow: a few buffers, and what the runtime collects late. */
const GROWTH_BYTES = 96 * 1_048_576;

/** The most memory the program has had, in bytes. */
async function peakBytes({ program }: TestDispatch): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${program.pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

async function signedIn(dispatch: TestDispatch): Promise<string> {
  const answer = await sendRaw(
    dispatch.port,
    rawRequest("/", { "X-authentik-username": "ada", Accept: "text/html" }),
  );
  assert.equal(answer.status, 302);
  return (answer.values("set-cookie")[0] ?? "").split(";")[0] ?? "";
}

function gigabyte(): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = SIZE;
  return new ReadableStream({
    pull(controller) {
      const piece = BLOCK.slice(0, Math.min(left, BLOCK.length));
      controller.enqueue(piece);
      left -= piece.length;
      if (left === 0) controller.close();
    },
  }, { highWaterMark: 0 });
}

async function hashOf(stream: ReadableStream<Uint8Array>) {
  const hash = createHash("sha1");
  let bytes = 0;
  for await (const piece of stream) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha1: hash.digest("hex") };
}

Deno.test("dispatch() passes a gigabyte on in either direction when its memory stays flat", async () => {
  await using dispatch = await startTestDispatch();
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  await using ingress = await startIngress(dispatch.port, ["ada"]);
  const headers = { cookie: await signedIn(dispatch) };
  const url = `${ingress.urlOf("ada")}/api/fixture`;
  await (await fetch(`${url}/download?bytes=10000000`, { headers })).arrayBuffer();
  const before = await peakBytes(dispatch);

  // Without a length it goes in chunks, as a browser's stream does.
  const uploaded = await fetch(`${url}/upload`, { method: "POST", headers, body: gigabyte() });
  const received = await uploaded.json();
  const downloaded = await fetch(`${url}/download?bytes=${SIZE}`, { headers });
  assert.ok(downloaded.body !== null);
  const sent = await hashOf(downloaded.body);
  const after = await peakBytes(dispatch);

  const expected = await hashOf(gigabyte());
  assert.deepEqual(received, expected);
  assert.deepEqual(sent, expected);
  assert.ok(
    after - before < GROWTH_BYTES,
    `memory grew by ${Math.round((after - before) / 1e6)} MB`,
  );
});

Deno.test("dispatch() buffers nothing when an answer comes while the request is still sent", async () => {
  await using dispatch = await startTestDispatch();
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  const cookie = await signedIn(dispatch);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: dispatch.port });
  const send = (text: string) => conn.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(65_536);
  const until = async (end: string) => {
    let text = "";
    while (!text.endsWith(end)) {
      const count = await conn.read(buffer);
      assert.ok(count !== null, text);
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
    return text;
  };

  await send(
    "POST /api/fixture/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" +
      `X-authentik-username: ada\r\nCookie: ${cookie}\r\n\r\n`,
  );
  const head = await until("\r\n\r\n");
  await send("5\r\nfirst\r\n");
  const first = await until("5\r\nfirst\r\n");
  await send("6\r\nsecond\r\n");
  const second = await until("6\r\nsecond\r\n");
  await send("0\r\n\r\n");
  await until("0\r\n\r\n");

  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  assert.deepEqual([first, second], ["5\r\nfirst\r\n", "6\r\nsecond\r\n"]);
});

Deno.test("dispatch() ends the request at the instance when the client leaves", async () => {
  await using dispatch = await startTestDispatch();
  const arrived = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  await using instance = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      arrived.resolve();
      return new Promise((resolve) => {
        request.signal.addEventListener("abort", () => {
          gone.resolve();
          resolve(new Response());
        });
      });
    },
  );
  await dispatch.writeTable(JSON.stringify({ ada: { os_user: "ada", port: instance.addr.port } }));
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: dispatch.port });
  await conn.write(new TextEncoder().encode(
    "GET /api/events HTTP/1.1\r\nHost: a\r\nX-authentik-username: ada\r\n" +
      "Cookie: t3_session=x\r\n\r\n",
  ));
  await arrived.promise;

  conn.close();

  await withDeadline(gone.promise, 60_000, "the instance learning that the client is gone");
});

/** An instance that answers each connection's first request with these bytes. */
function startScripted(bytes: string) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    for await (const conn of listener) {
      await conn.read(new Uint8Array(4_096));
      await conn.write(new TextEncoder().encode(bytes));
      conn.close();
    }
  })();
  return {
    table: JSON.stringify({ ada: { os_user: "ada", port: listener.addr.port } }),
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}

Deno.test("dispatch() passes no answer before the final one on but the leave that was asked for", async () => {
  await using dispatch = await startTestDispatch();
  // An ingress that knows no such answers would give the final one to whoever comes next.
  await using instance = startScripted(
    "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n" +
      "HTTP/1.1 103 Early Hints\r\nContent-Length: 0\r\n\r\n" +
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
  );
  await dispatch.writeTable(instance.table);
  const fields = { "X-authentik-username": "ada", Cookie: "t3_session=x" };

  const unasked = await sendRaw(dispatch.port, rawRequest("/api/x", fields));
  const asked = await sendRaw(
    dispatch.port,
    rawRequest("/api/x", { ...fields, Expect: "100-continue" }),
  );

  assert.deepEqual(unasked.lines, [
    "HTTP/1.1 200 OK",
    "Content-Length: 2",
    "Connection: close",
  ]);
  assert.deepEqual(asked.lines, ["HTTP/1.1 100 Continue"]);
  assert.match(asked.body, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhi$/);
});

for (
  const [what, bytes, reason] of [
    ["no HTTP", "SSH-2.0-OpenSSH_9\r\n\r\n", "instance_answer"],
    [
      "two lengths",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "instance_answer",
    ],
    ["nothing", "", "instance_answer"],
  ] as const
) {
  Deno.test(`dispatch() answers 502 when the instance says ${what}`, async () => {
    await using dispatch = await startTestDispatch();
    await using instance = startScripted(bytes);
    await dispatch.writeTable(instance.table);

    const answer = await sendRaw(
      dispatch.port,
      rawRequest("/api/x", { "X-authentik-username": "ada", Cookie: "t3_session=x" }),
    );

    assert.deepEqual([answer.status, ...answer.values("x-hearth-dispatch")], [502, reason]);
  });
}

Deno.test("dispatch() cuts an answer that breaks off, so that nobody takes it for whole", async () => {
  await using dispatch = await startTestDispatch();
  await using instance = startScripted(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
  );
  await dispatch.writeTable(instance.table);

  const fetched = await fetch(`${dispatch.url}/api/x`, {
    headers: { "x-authentik-username": "ada", cookie: "t3_session=x" },
  });

  await assert.rejects(fetched.text());
});
