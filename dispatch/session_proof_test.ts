import assert from "node:assert/strict";
import type { RequestHead } from "../core/request_head.ts";
import { cookieForInstance, hasSessionProof } from "./session_proof.ts";

function head(fields: Readonly<Record<string, string>>, target = "/ws"): RequestHead {
  return {
    method: "GET",
    target,
    version: "1.1",
    fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
    bodyBytes: 0,
    isChunked: false,
  };
}

Deno.test("hasSessionProof() finds what t3 may take for a session, in every era", () => {
  const yes = [
    head({ Cookie: "t3_session=x" }),
    head({ Cookie: "a=b; t3_session_3773_0123456789ab=x" }),
    head({ Cookie: "a=b;t3_session_0123456789ab=x" }),
    head({ Authorization: "Bearer x" }),
    head({ Authorization: "DPoP x" }),
    head({}, "/ws?a=b&wsTicket=x"),
  ];
  const no = [
    head({}),
    head({ Cookie: "authentik_session=x; my_t3_session=y" }),
    head({ Authorization: "Basic eDp5" }),
    head({}, "/ws?wsTicket="),
    head({}, "/wsTicket=x"),
  ];

  assert.deepEqual(yes.map((one) => hasSessionProof(one)), yes.map(() => true));
  assert.deepEqual(no.map((one) => hasSessionProof(one)), no.map(() => false));
  assert.ok(hasSessionProof(head({ Cookie: "renamed=x" }), "renamed"));
});

Deno.test("cookieForInstance() keeps every cookie but those of the identity provider", () => {
  const fields = [
    { name: "Cookie", value: "a=b; authentik_proxy_abc=secret; t3_session=x=y" },
    { name: "cookie", value: "Authentik_csrf=secret;c" },
  ];

  assert.equal(cookieForInstance(fields), "a=b; t3_session=x=y; c");
  assert.equal(cookieForInstance([{ name: "Cookie", value: "authentik_session=x" }]), undefined);
  assert.equal(cookieForInstance([]), undefined);
});
