import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { rewriteUrls } from "./rewrite_urls.ts";

const UPSTREAM = "127.0.0.1:9223";
const encode = (text: string) => new TextEncoder().encode(text);
const rewrite = (text: string, client: Parameters<typeof rewriteUrls>[2]) =>
  new TextDecoder().decode(rewriteUrls(encode(text), UPSTREAM, client));

const LIST = `[ {
   "devtoolsFrontendUrl": "https://frontend.example.com/inspector.html?ws=${UPSTREAM}/devtools/page/A",
   "title": "ws://${UPSTREAM}/ \\"webSocketDebuggerUrl\\": \\"ws://${UPSTREAM}/x\\"",
   "webSocketDebuggerUrl": "ws://${UPSTREAM}/devtools/page/A"
} ]`;

Deno.test("rewriteUrls() changes the two URLs and nothing else", () => {
  const text = rewrite(LIST, { authority: "chrome-service:9222", isSecure: false });

  strictEqual(
    text,
    LIST.replace(`ws=${UPSTREAM}`, "ws=chrome-service:9222")
      .replace(`"ws://${UPSTREAM}/devtools`, '"ws://chrome-service:9222/devtools'),
  );
});

Deno.test("rewriteUrls() writes wss for a client behind TLS, in the frontend's parameter too", () => {
  const [target] = JSON.parse(rewrite(LIST, { authority: "cdp.example.com", isSecure: true }));

  strictEqual(target.webSocketDebuggerUrl, "wss://cdp.example.com/devtools/page/A");
  strictEqual(
    target.devtoolsFrontendUrl,
    "https://frontend.example.com/inspector.html?wss=cdp.example.com/devtools/page/A",
  );
});

Deno.test("rewriteUrls() adds the token that the client showed", () => {
  const [target] = JSON.parse(
    rewrite(LIST, { authority: "a:1", isSecure: false, token: "a+b&c/0123456789" }),
  );

  const url = new URL(target.webSocketDebuggerUrl);
  strictEqual(url.searchParams.get("token"), "a+b&c/0123456789");
  const frontend = new URL(target.devtoolsFrontendUrl).searchParams.get("ws");
  strictEqual(frontend, `a:1/devtools/page/A?token=${encodeURIComponent("a+b&c/0123456789")}`);
});

Deno.test("rewriteUrls() leaves whatever a page's title and address hold as they are", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), (title, url) => {
      const target = {
        title: `${title}"webSocketDebuggerUrl": "ws://${UPSTREAM}/x"`,
        url: `${url}?ws=${UPSTREAM}/devtools/page/A`,
        webSocketDebuggerUrl: `ws://${UPSTREAM}/devtools/page/A`,
      };

      const [rewritten] = JSON.parse(
        rewrite(JSON.stringify([target], null, 3), { authority: "a:1", isSecure: false }),
      );

      deepStrictEqual(rewritten, {
        ...JSON.parse(JSON.stringify(target)),
        webSocketDebuggerUrl: "ws://a:1/devtools/page/A",
      });
    }),
    { numRuns: 5_000 },
  );
});
