import assert from "node:assert/strict";
import fc from "fast-check";
import { isWebOrigin, type StateCookie } from "../storage_state.ts";
import { candidateOrigins, originOf } from "./candidate_origins.ts";

const cookie = (domain: string, secure: boolean): StateCookie => ({
  name: "n",
  value: "v",
  domain,
  path: "/",
  expires: -1,
  httpOnly: false,
  secure,
  sameSite: "Lax",
});
const NONE = { open: [], visited: [], buckets: [], known: [], cookies: [] };

Deno.test("originOf() takes the origin of pages and first-party keys and of nothing else", () => {
  const cases: readonly [string, string | undefined][] = [
    ["https://example.com/a?b#c", "https://example.com"],
    ["http://localhost:8080/", "http://localhost:8080"],
    ["https://EXAMPLE.com:443/", "https://example.com"],
    ["https://user:pw@example.com/", "https://example.com"],
    ["http://[::1]:8080/x", "http://[::1]:8080"],
    ["https://bücher.example/", "https://xn--bcher-kva.example"],
    ["https://embedded.example/^0https://top.example", undefined],
    ["chrome://settings/", undefined],
    ["about:blank", undefined],
    ["file:///etc/passwd", undefined],
    ["data:text/html,x", undefined],
    ["https://", undefined],
    ["", undefined],
  ];
  for (const [text, origin] of cases) assert.equal(originOf(text), origin, text);
});

Deno.test("candidateOrigins() puts open tabs first and names every origin once", () => {
  assert.deepEqual(
    candidateOrigins({
      open: ["https://open.example/x"],
      buckets: ["https://bucket.example/", "https://open.example/"],
      known: ["https://known.example"],
      visited: ["https://visited.example/a", "https://visited.example/b", "chrome://newtab"],
      cookies: [],
    }),
    [
      "https://open.example",
      "https://bucket.example",
      "https://known.example",
      "https://visited.example",
    ],
  );
});

Deno.test("candidateOrigins() guesses from cookies: the host, its www, and http where it is not Secure", () => {
  assert.deepEqual(
    candidateOrigins({
      ...NONE,
      cookies: [cookie(".example.com", true), cookie("a.example", false)],
    }),
    [
      "https://example.com",
      "https://www.example.com",
      "https://a.example",
      "http://a.example",
    ],
  );
});

Deno.test("candidateOrigins() gives nothing but web origins, whatever the hints", () => {
  const texts = fc.array(fc.oneof(fc.string(), fc.webUrl(), fc.domain()));
  fc.assert(fc.property(texts, texts, fc.array(fc.domain()), (open, visited, hosts) => {
    const cookies = hosts.map((host) => cookie(host, true));

    const origins = candidateOrigins({ ...NONE, open, visited, cookies });

    assert.ok(origins.every(isWebOrigin));
    assert.equal(new Set(origins).size, origins.length);
  }));
});
