import assert from "node:assert/strict";
import { decideSandbox, type SandboxFacts } from "./sandbox.ts";

const ABLE: SandboxFacts = {
  isRoot: false,
  hasUserNamespaces: true,
  hasSetuidHelper: false,
  maxUserNamespaces: 10_000,
  apparmorRestrictsUserns: undefined,
};
const UNABLE = { ...ABLE, hasUserNamespaces: false };

Deno.test("decideSandbox() keeps the sandbox where the machine allows it", () => {
  const on = { isSandboxed: true, warning: undefined };

  assert.deepEqual(decideSandbox("auto", ABLE), on);
  assert.deepEqual(decideSandbox("auto", { ...UNABLE, hasSetuidHelper: true }), on);
});

for (
  const { facts, wanted, why } of [
    { facts: { ...ABLE, isRoot: true }, wanted: "auto", why: /this is root/ },
    { facts: { ...UNABLE, maxUserNamespaces: 0 }, wanted: "auto", why: /max_user_namespaces is 0/ },
    {
      facts: { ...UNABLE, apparmorRestrictsUserns: true },
      wanted: "auto",
      why: /apparmor_restrict_unprivileged_userns is 1/,
    },
    { facts: UNABLE, wanted: "auto", why: /seccomp/ },
    { facts: ABLE, wanted: "off", why: /BROWSER_SANDBOX is off/ },
  ] as const
) {
  Deno.test(`decideSandbox() warns when the reason is ${why.source}`, () => {
    const { isSandboxed, warning } = decideSandbox(wanted, facts);

    assert.equal(isSandboxed, false);
    assert.match(warning ?? "", why);
  });
}

Deno.test("decideSandbox() leaves a sandbox that was asked for to Chromium", () => {
  assert.deepEqual(decideSandbox("on", { ...UNABLE, isRoot: true }), {
    isSandboxed: true,
    warning: undefined,
  });
});
