import assert from "node:assert/strict";
import fc from "fast-check";
import { parseResponseHead } from "./response_head.ts";

const parse = (text: string, method = "GET") =>
  parseResponseHead(new TextEncoder().encode(`${text}\r\n\r\n`), method);

Deno.test("parseResponseHead() tells how each body ends", () => {
  const cases = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 5", "GET", "length", true],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked", "GET", "chunks", true],
    ["HTTP/1.1 200 OK", "GET", "close", false],
    ["HTTP/1.1 200 OK\r\nContent-Length: 5", "HEAD", "none", true],
    ["HTTP/1.1 204 No Content", "GET", "none", true],
    ["HTTP/1.1 304 Not Modified\r\nContent-Length: 5", "GET", "none", true],
    ["HTTP/1.1 100 Continue", "POST", "none", true],
    ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close", "GET", "length", false],
    ["HTTP/1.0 200 OK\r\nContent-Length: 0", "GET", "length", false],
    ["HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive", "GET", "length", true],
    ["HTTP/1.1 200\r\nContent-Length: 0", "GET", "length", true],
  ] as const;

  for (const [text, method, end, isKept] of cases) {
    const head = parse(text, method);
    assert.deepEqual([head?.body.kind, head?.isKept], [end, isKept], text);
  }
});

Deno.test("parseResponseHead() refuses when an answer could end in two places", () => {
  const cases = [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "HTTP/1.1 200 OK\r\nContent-Length: +5",
    "HTTP/1.1 200 OK\r\nContent-Length : 5",
    "HTTP/1.1 200 OK\r\n folded: x",
    "HTTP/2 200 OK",
    "HTTP/1.1 999 Odd",
    "SSH-2.0-OpenSSH",
  ];

  assert.deepEqual(cases.filter((text) => parse(text) !== undefined), []);
});

Deno.test("parseResponseHead() never throws when bytes are anything", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const head = parseResponseHead(bytes, "GET");
    assert.ok(head === undefined || head.status >= 100);
  }));
});
