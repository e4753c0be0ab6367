import assert from "node:assert/strict";
import { parseRequestHead, type RequestHead } from "../core/request_head.ts";
import { renderForwardRequest, renderForwardResponse } from "./forward_head.ts";
import { parseResponseHead } from "./response_head.ts";

function request(text: string): RequestHead {
  const bytes = new TextEncoder().encode(`${text.replaceAll("\n", "\r\n")}\r\n\r\n`);
  const result = parseRequestHead(bytes, { allowsChunks: true });
  assert.ok(result.kind === "head", JSON.stringify(result));
  return result.head;
}

function forwarded(text: string, isUpgrade = false): readonly string[] {
  const bytes = renderForwardRequest({
    head: request(text),
    identityHeader: "X-authentik-username",
    isUpgrade,
  });
  return new TextDecoder("latin1").decode(bytes).trimEnd().split("\r\n");
}

Deno.test("renderForwardRequest() leaves on the hop what belongs to it, and who somebody is", () => {
  const lines = forwarded(`POST /a?b HTTP/1.1
Host: box.example.com
Connection: close, X-Mine
X-Mine: 1
Keep-Alive: timeout=5
TE: trailers
Proxy-Authorization: Basic eDp5
Upgrade: h2c
X-Authentik-Username: ada
X-authentik-email: ada@example.com
X_Authentik_Username: bob
X-Forwarded-User: ada
Remote-User: ada
X-Hearth-Ingress: 0123456789abcdef
X-Forwarded-For: 203.0.113.7
Cookie: t3_session=x; authentik_proxy=y
Content-Length: 3
Via: 1.1 nginx`);

  assert.deepEqual(lines, [
    "POST /a?b HTTP/1.1",
    "Host: box.example.com",
    "X-Forwarded-For: 203.0.113.7",
    "Cookie: t3_session=x",
    "Content-Length: 3",
    "Via: 1.1 nginx, 1.1 hearth-dispatch",
  ]);
});

Deno.test("renderForwardRequest() frames the body itself when Connection names its framing", () => {
  const lines = forwarded(`POST / HTTP/1.1
Host: a
Connection: content-length, host, transfer-encoding
Transfer-Encoding: chunked`);

  assert.deepEqual(lines, [
    "POST / HTTP/1.1",
    "Host: a",
    "Transfer-Encoding: chunked",
    "Via: 1.1 hearth-dispatch",
  ]);
});

Deno.test("renderForwardRequest() passes a handshake on whole when it is one", () => {
  const lines = forwarded(
    `GET /ws HTTP/1.1
Host: a
Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Key: x
Sec-WebSocket-Version: 13
Sec-WebSocket-Extensions: permessage-deflate`,
    true,
  );

  assert.deepEqual(lines, [
    "GET /ws HTTP/1.1",
    "Host: a",
    "Sec-WebSocket-Key: x",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Extensions: permessage-deflate",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Via: 1.1 hearth-dispatch",
  ]);
});

Deno.test("renderForwardResponse() keeps every cookie and header but those of the hop and orders", () => {
  const bytes = new TextEncoder().encode(
    "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nConnection: keep-alive, X-Hop\r\n" +
      "X-Hop: 1\r\nKeep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\nETag: x\r\n" +
      "X-Accel-Redirect: /internal/\r\nX-Accel-Buffering: no\r\n\r\n",
  );
  const head = parseResponseHead(bytes, "GET");
  assert.ok(head !== undefined);

  const lines = new TextDecoder().decode(
    renderForwardResponse(head, { isLast: true, isUpgrade: false }),
  ).trimEnd().split("\r\n");

  assert.deepEqual(lines, [
    "HTTP/1.1 200 OK",
    "Set-Cookie: a=b",
    "Set-Cookie: c=d",
    "ETag: x",
    "X-Accel-Buffering: no",
    "Transfer-Encoding: chunked",
    "Connection: close",
  ]);
});
