import assert from "node:assert/strict";
import type { RequestHead } from "../core/request_head.ts";
import { requestKind } from "./request_kind.ts";

function head(fields: Readonly<Record<string, string>>, method = "GET"): RequestHead {
  return {
    method,
    target: "/",
    version: "1.1",
    fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
    bodyBytes: 0,
    isChunked: false,
  };
}

const NAVIGATE = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
const SOCKET = { Connection: "keep-alive, Upgrade", Upgrade: "WebSocket" };

Deno.test("requestKind() tells navigations from everything a page fetches", () => {
  const cases = [
    ["navigation", head(NAVIGATE)],
    ["navigation", head({ ...NAVIGATE, "Sec-Fetch-Dest": "iframe" })],
    ["navigation", head({ Accept: "text/html,application/xhtml+xml" })],
    ["other", head({ ...NAVIGATE, "Sec-Purpose": "prefetch" })],
    ["other", head(NAVIGATE, "POST")],
    ["other", head(NAVIGATE, "HEAD")],
    ["other", head({ "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", Accept: "text/html" })],
    ["other", head({ "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" })],
    ["other", head({ "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object" })],
    ["other", head({ Accept: "*/*" })],
    ["other", head({ Accept: "text/html", "X-Requested-With": "XMLHttpRequest" })],
    ["other", head({ Accept: "text/html", Origin: "https://box.example.com" })],
    ["other", head({})],
    ["web_socket", head(SOCKET)],
    ["web_socket", head({ ...SOCKET, ...NAVIGATE })],
    ["other", head({ Connection: "Upgrade", Upgrade: "h2c" })],
    ["other", head({ Upgrade: "websocket" })],
    ["other", head(SOCKET, "POST")],
  ] as const;

  for (const [kind, request] of cases) {
    assert.equal(requestKind(request), kind, JSON.stringify(request.fields));
  }
});
