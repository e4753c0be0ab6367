import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ByteSource } from "../core/byte_source.ts";
import { judge } from "./gate.ts";
import { findHeadEnd, parseRequestHead } from "../core/request_head.ts";
import { exchange, startTestServer } from "./test_server.ts";

const CORPUS = new URL("../tests/corpora/http_heads/", import.meta.url);

function corpus(kind: "invalid" | "valid"): readonly (readonly [string, Uint8Array])[] {
  const folder = new URL(`${kind}/`, CORPUS);
  return [...Deno.readDirSync(folder)].map(({ name }) =>
    [name.replace(".http", ""), Deno.readFileSync(new URL(name, folder))] as const
  ).sort(([a], [b]) => a < b ? -1 : 1);
}

/** A port that counts who connects and answers nobody. */
function startSentinel() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const seen = { count: 0 };
  const done = (async () => {
    for await (const conn of listener) {
      seen.count++;
      conn.close();
    }
  })();
  return {
    port: listener.addr.port,
    seen,
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
    },
  };
}

Deno.test("bridge() refuses every invalid head for its reason and asks the browser for none", async () => {
  await using browser = startSentinel();
  await using bridge = startTestServer({ targetPort: browser.port });

  for (const [name, bytes] of corpus("invalid")) {
    const answer = await exchange(bridge.port, bytes);

    const reason = /^X-Hearth-Refusal: (\w+)\r$/m.exec(answer)?.[1];
    strictEqual(reason, name.split("__")[0], `${name} was answered ${answer.slice(0, 300)}`);
    ok(/^Connection: close\r$/m.test(answer), name);
  }
  strictEqual(browser.seen.count, 0);
});

Deno.test("judge() passes every valid head", () => {
  for (const [name, bytes] of corpus("valid")) {
    const end = findHeadEnd(bytes);
    ok(end.kind === "complete", name);
    const result = parseRequestHead(bytes.subarray(0, end.headBytes));
    ok(result.kind === "head", name);
    const verdict = judge(
      result.head,
      { peerAddress: "127.0.0.1", localAuthority: "127.0.0.1:9222" },
      { allowedHosts: [], allowedOrigins: [], trustedProxies: [] },
    );
    strictEqual(verdict.kind, "passed", name);
  }
});

Deno.test("ByteSource.readHead() gives the same result wherever the bytes are cut", async () => {
  const heads = [...corpus("valid"), ...corpus("invalid")].filter(([, b]) => b.length < 4_000);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...heads),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
      async ([name, bytes], sizes) => {
        const whole = await readHead(bytes, [bytes.length]);
        const cut = await readHead(bytes, sizes);

        strictEqual(cut, whole, name);
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("ByteSource.readHead() keeps what follows a head", async () => {
  const text = "GET /json HTTP/1.1\r\nHost: a\r\n\r\nGET /json/version HTTP/1.1\r\n";
  const source = new ByteSource(reader(new TextEncoder().encode(text), [7]));

  const read = await source.readHead();
  const rest = await source.readBody(14);

  strictEqual(read.kind, "head");
  strictEqual(new TextDecoder().decode(rest), "GET /json/vers");
});

Deno.test("parseRequestHead() never throws for random bytes, and never finds two framings", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "GET /json HTTP/1.1",
      "Host: localhost",
      "Content-Length: 5",
      "Transfer-Encoding: chunked",
      " folded",
      "",
    ),
    fc.string({ maxLength: 30 }),
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 8 }),
      fc.constantFrom("\r\n", "\n", "\r"),
      (lines, end) => {
        const bytes = new TextEncoder().encode(`${lines.join(end)}\r\n\r\n`);
        const found = findHeadEnd(bytes);
        if (found.kind !== "complete") return;
        const result = parseRequestHead(bytes.subarray(0, found.headBytes));
        if (result.kind !== "head") return;

        const names = result.head.fields.map((field) => field.name.toLowerCase());
        ok(!names.includes("transfer-encoding"));
        ok(names.filter((name) => name === "content-length").length <= 1);
        ok(names.filter((name) => name === "host").length <= 1);
      },
    ),
    { numRuns: 100_000 },
  );
});

async function readHead(bytes: Uint8Array, sizes: readonly number[]): Promise<string> {
  const read = await new ByteSource(reader(bytes, sizes)).readHead();
  return read.kind === "head"
    ? `head ${new TextDecoder().decode(read.bytes)}`
    : JSON.stringify(read);
}

function reader(bytes: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  let turn = 0;
  return {
    read(into: Uint8Array): Promise<number | null> {
      if (at >= bytes.length) return Promise.resolve(null);
      const size = sizes[turn++ % sizes.length] ?? 1;
      const part = bytes.subarray(at, at + Math.min(size, into.length));
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length);
    },
  };
}
