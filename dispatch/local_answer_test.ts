import assert from "node:assert/strict";
import fc from "fast-check";
import { backWithCookies, localTarget, noSession, renderLocalAnswer } from "./local_answer.ts";
import { failedPage, unreachablePage } from "./pages.ts";

Deno.test("localTarget() never leads to another site when the target is anything a head can hold", () => {
  const target = fc.string({
    unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)),
  });
  fc.assert(
    fc.property(
      target,
      fc.constantFrom("/", "/\\", "/%5c", "/.", "/;", "/@", "/:"),
      (rest, start) => {
        const location = localTarget(start + rest);

        const url = new URL(location, "https://box.example.com/deep/page");
        assert.equal(url.origin, "https://box.example.com");
        assert.match(location, /^\/[\x21-\x7e]*$/);
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("localTarget() leaves a path as it is when it is plain", () => {
  for (const path of ["/", "/a/b?c=d&e=%2F", "/~ada/;x=(1)*'!,$", "/?next=//example.com"]) {
    assert.equal(localTarget(path), path);
  }
  assert.equal(localTarget("/\\example.com"), "/%5Cexample.com");
});

Deno.test("renderLocalAnswer() gives cookies as they were set, and no line to anybody else", () => {
  const setCookies = ["t3_session_3773=a; Path=/; HttpOnly", "b=c"];
  const bytes = renderLocalAnswer(backWithCookies("/a?b", setCookies), {
    isHead: false,
    isLast: false,
  });

  const text = new TextDecoder().decode(bytes);
  assert.match(text, /^HTTP\/1\.1 302 Found\r\n/);
  for (const line of setCookies) assert.ok(text.includes(`\r\nSet-Cookie: ${line}\r\n`));
  assert.ok(text.includes("\r\nLocation: /a?b\r\n"));
  assert.ok(text.includes("\r\nCache-Control: no-store\r\n"));
});

Deno.test("noSession() is data a script can act on", () => {
  const { status, type, body } = noSession();

  assert.deepEqual([status, type], [401, "application/json"]);
  assert.deepEqual(JSON.parse(body), { error: "no session", action: "reload the page" });
});

Deno.test("pages show what was said and run nothing of it", () => {
  const page = failedPage("ada", "pair", `<script>alert("x")</script>&'`);

  assert.ok(!page.body.includes("<script"));
  assert.match(page.body, /&#60;script&#62;/);
  const dead = unreachablePage("ada", Date.UTC(2026, 0, 1, 10, 2, 3), Date.UTC(2026, 0, 1, 10, 3));
  assert.match(dead.body, /has not answered since 10:02:03 UTC, which is 57 s ago/);
  assert.match(dead.body, /http-equiv="refresh"/);
});
