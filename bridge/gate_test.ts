import { ok, strictEqual } from "node:assert/strict";
import { Secret } from "../core/secret.ts";
import { parseAddressRange } from "../core/address_range.ts";
import { type GateRules, judge } from "./gate.ts";
import { findHeadEnd, parseRequestHead, type RequestHead } from "../core/request_head.ts";

const TOKEN = "0123456789abcdef+/";
const RULES: GateRules = {
  allowedHosts: ["chrome-service", "*.svc.example.com"],
  allowedOrigins: ["https://devtools.example.com"],
  trustedProxies: [parseAddressRange("10.0.0.0/8")].filter((range) => range !== undefined),
};

function head(target: string, ...lines: string[]): RequestHead {
  const text = [`GET ${target} HTTP/1.1`, ...lines, "\r\n"].join("\r\n");
  const bytes = new TextEncoder().encode(text);
  strictEqual(findHeadEnd(bytes).kind, "complete");
  const result = parseRequestHead(bytes);
  ok(result.kind === "head");
  return result.head;
}

function outcome(request: RequestHead, rules: Partial<GateRules> = {}, peerAddress = "127.0.0.1") {
  const verdict = judge(request, { peerAddress, localAuthority: "127.0.0.1:9222" }, {
    ...RULES,
    ...rules,
  });
  return verdict.kind === "passed" ? verdict : verdict.refusal.reason;
}

for (
  const [host, wanted] of [
    ["127.0.0.1", "passed"],
    ["127.0.0.1:9222", "passed"],
    ["192.168.7.9:80", "passed"],
    ["[::1]:9222", "passed"],
    ["localhost:9222", "passed"],
    ["LOCALHOST.", "passed"],
    ["a.b.localhost", "passed"],
    ["chrome-service:9222", "passed"],
    ["Chrome-Service", "passed"],
    ["pod.svc.example.com", "passed"],
    ["svc.example.com", "host_foreign"],
    ["evil-svc.example.com", "host_foreign"],
    ["chrome-service.evil.example.com", "host_foreign"],
    ["127.0.0.1.nip.example.com", "host_foreign"],
    ["2130706433", "host_foreign"],
    ["0x7f.1", "host_foreign"],
    ["127.1", "host_foreign"],
    ["[::1", "host_invalid"],
    ["[127.0.0.1]", "host_invalid"],
    ["a..b", "host_invalid"],
    ["localhost:", "host_invalid"],
  ] as const
) {
  Deno.test(`judge() answers ${wanted} to Host ${host}`, () => {
    const verdict = outcome(head("/json", `Host: ${host}`));

    strictEqual(typeof verdict === "string" ? verdict : verdict.kind, wanted);
  });
}

Deno.test("judge() passes a configured origin, and no other that looks like it", () => {
  const host = "Host: localhost";
  const passed = outcome(head("/json", host, "Origin: https://devtools.example.com"));

  ok(typeof passed !== "string");
  for (
    const origin of [
      "http://devtools.example.com",
      "https://devtools.example.com:444",
      "https://devtools.example.com.evil.example.com",
      "https://devtools.example.com, https://evil.example.com",
      "null",
    ]
  ) strictEqual(outcome(head("/json", host, `Origin: ${origin}`)), "origin");
});

Deno.test("judge() believes X-Forwarded-Proto of a configured proxy only", () => {
  const request = head("/json", "Host: localhost", "X-Forwarded-Proto: https");

  const own = outcome(request, {}, "10.9.8.7");
  const other = outcome(request, {}, "192.168.1.1");

  ok(typeof own !== "string" && own.client.isSecure);
  ok(typeof other !== "string" && !other.client.isSecure);
});

const encoded = encodeURIComponent(TOKEN);
for (
  const [name, target, lines, wanted] of [
    ["no token", "/json", [], "token_missing"],
    ["the bearer", "/json", [`Authorization: Bearer ${TOKEN}`], "/json"],
    ["a wrong bearer", "/json", ["Authorization: Bearer no"], "token_wrong"],
    ["two bearers", "/json", [
      `Authorization: Bearer ${TOKEN}`,
      "Authorization: Bearer no",
    ], "token_wrong"],
    ["a token in the URL", `/json?token=${encoded}`, [], "/json"],
    ["a wrong token in the URL", "/json?token=no", [], "token_wrong"],
    ["a token before other words", `/json?token=${encoded}&for_tab`, [], "/json?for_tab"],
    [
      "a token after a raw URL",
      `/json/new?https://a.example.com/?token=mine&x=1&token=${encoded}`,
      [],
      "/json/new?https://a.example.com/?token=mine&x=1",
    ],
    [
      "a bearer, and a page's own token",
      "/json/new?token=of-the-page",
      [`Authorization: Bearer ${TOKEN}`],
      "/json/new?token=of-the-page",
    ],
    ["a stray percent sign", "/json?token=%zz", [], "token_wrong"],
  ] as const
) {
  Deno.test(`judge() answers ${wanted} to ${name}`, () => {
    const verdict = outcome(head(target, "Host: localhost", ...lines), {
      token: new Secret(TOKEN),
    });

    strictEqual(typeof verdict === "string" ? verdict : verdict.target, wanted);
    if (typeof verdict !== "string") strictEqual(verdict.client.token, TOKEN);
  });
}

Deno.test("judge() asks a page for its origin before it looks at its token", () => {
  const request = head(
    `/json?token=${encoded}`,
    "Host: localhost",
    "Origin: https://x.example.com",
  );

  strictEqual(outcome(request, { token: new Secret(TOKEN) }), "origin");
});

Deno.test("judge() takes an upgrade to anything but a WebSocket for a plain request", () => {
  const verdict = outcome(head("/json", "Host: localhost", "Connection: Upgrade", "Upgrade: h2c"));

  ok(typeof verdict !== "string" && !verdict.isUpgrade);
});
