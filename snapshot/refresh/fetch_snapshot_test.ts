import assert from "node:assert/strict";
import { systemClock } from "../../core/clock.ts";
import { Secret } from "../../core/secret.ts";
import { freePort } from "../../tests/support/free_port.ts";
import { snapshotText, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { fetchSnapshot, type FetchSnapshotOptions } from "./fetch_snapshot.ts";
import { RefreshFault, type RefreshReason } from "./refresh_fault.ts";
import { scriptServer, selfSignedCertificate } from "../../tests/support/scripted_server.ts";

function ask(url: URL, options: Partial<FetchSnapshotOptions> = {}) {
  const { signal } = new AbortController();
  return fetchSnapshot({
    url,
    token: new Secret("s3cret"),
    signal,
    clock: systemClock,
    ...options,
  });
}

async function rejects(work: Promise<unknown>, reason: RefreshReason, says: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof RefreshFault, String(error));
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, says);
    assert.ok(!error.message.includes("s3cret") && !error.message.includes("\n"), error.message);
    return true;
  });
}

Deno.test("fetchSnapshot() shows token, tag and wait, and takes the body, when the server has news", async () => {
  await using server = scriptServer(() =>
    new Response(snapshotText("one"), { headers: { etag: '"b"', "x-snapshot-age-ms": "12" } })
  );

  const outcome = await ask(server.url, { etag: '"a"', waitSeconds: 50 });

  assert.ok(outcome.kind === "fetched");
  assert.equal(new TextDecoder().decode(outcome.bytes), snapshotText("one"));
  assert.deepEqual([outcome.etag, outcome.ageMs], ['"b"', 12]);
  const [request] = server.requests;
  assert.equal(request?.headers.get("authorization"), "Bearer s3cret");
  assert.equal(request?.headers.get("if-none-match"), '"a"');
  assert.equal(request?.url.search, "?wait=50");
});

Deno.test("fetchSnapshot() says unchanged when the server answers 304", async () => {
  await using server = scriptServer(() => new Response(null, { status: 304 }));

  assert.deepEqual(await ask(server.url, { etag: '"a"' }), { kind: "unchanged" });
});

const error = (text: string) => `{"error":"${text}"}\n`;
const REFUSALS: readonly (readonly [number, BodyInit | null, RefreshReason, RegExp])[] = [
  [401, error("invalid bearer"), "unauthorized", /answered 401 \(invalid bearer\); the token/],
  [403, "<html>no</html>", "unauthorized", /answered 403; the token was rotated or revoked/],
  [404, error("snapshot not yet available"), "not_yet", /\(snapshot not yet available\); log in/],
  [404, null, "server", /answered 404; check that PLAYWRIGHT_SNAPSHOT_URL ends in \/api\/snapshot/],
  [503, error("token not configured"), "server", /answered 503 \(token not configured\); look at/],
  [500, "x".repeat(100_000), "server", /answered 500; look at the log of the snapshot server$/],
  [502, error("line\\nbreak"), "server", /answered 502 \(line break\)/],
  [204, null, "server", /answered 204; check/],
];

for (const [status, body, reason, says] of REFUSALS) {
  Deno.test(`fetchSnapshot() is a fault "${reason}" when the server answers ${status} ${says}`, async () => {
    await using server = scriptServer(() => new Response(body, { status }));

    await rejects(ask(server.url), reason, says);
  });
}

Deno.test("fetchSnapshot() names the target and keeps the bearer when it is redirected", async () => {
  await using other = scriptServer(() => new Response(snapshotText("evil")));
  await using server = scriptServer(() => Response.redirect(other.url, 302));

  await rejects(ask(server.url), "server", /answered 302 and sends to "http:\/\/127.*login/);

  assert.equal(other.requests.length, 0);
});

Deno.test("fetchSnapshot() is unreachable when nobody listens, answers or finishes", async () => {
  await rejects(
    ask(new URL(`http://127.0.0.1:${freePort()}/`)),
    "unreachable",
    /Connection refused.*check that the server runs/,
  );
  await using silent = scriptServer(() => new Promise<Response>(() => {}));
  await rejects(ask(silent.url, { silenceMs: 50 }), "unreachable", /it did not answer in time/);
  await using stalled = scriptServer(() =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"cookies":')),
      }),
    )
  );
  await rejects(ask(stalled.url, { silenceMs: 50 }), "unreachable", /it did not answer in time/);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cutting = listener.accept().then(async (connection) => {
    await connection.read(new Uint8Array(4_096));
    const head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
    await connection.write(new TextEncoder().encode(`${head}{"cookies":`));
    connection.close();
  });
  const cut = new URL(`http://127.0.0.1:${listener.addr.port}/`);
  await rejects(ask(cut), "unreachable", /error reading a body/);
  await cutting;
  await rejects(ask(new URL("http://no-such-host.invalid/")), "unreachable", /dns error/);
});

Deno.test("fetchSnapshot() is a TLS fault when the certificate is self-signed or there is no TLS", async () => {
  await using directory = await testDirectory();
  const tls = await selfSignedCertificate(directory.path);
  await using server = scriptServer(() => new Response("x"), { tls });
  await using plain = scriptServer(() => new Response("x"));

  await rejects(ask(server.url), "tls", /invalid peer certificate.*DENO_CERT=FILE/);
  const https = new URL(plain.url.href.replace("http:", "https:"));
  await rejects(
    ask(https),
    "tls",
    /Cannot trust https:\/\/127.0.0.1:\d+: received corrupt message/,
  );
  assert.equal(server.requests.length, 0);
});

Deno.test("fetchSnapshot() stops reading when the body is too large", async () => {
  let sentBytes = 0;
  await using server = scriptServer(() =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sentBytes += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
      }),
    )
  );

  await rejects(ask(server.url, { maxBytes: 200_000 }), "invalid", /more than 200000 bytes/);

  assert.ok(sentBytes < 50_000_000, String(sentBytes));
});

Deno.test("fetchSnapshot() throws the signal's reason when it is aborted", async () => {
  const stopping = new AbortController();
  await using server = scriptServer(() => {
    stopping.abort(new Error("stop"));
    return new Promise<Response>(() => {});
  });

  await assert.rejects(ask(server.url, { signal: stopping.signal }), { message: "stop" });
});
