import assert from "node:assert/strict";
import { Secret } from "../../core/secret.ts";
import { envStep } from "../env_step.ts";
import type { Account } from "../../roster/derive.ts";
import { CLAUDE_TOKEN_KEY, claudeTokenKeys, type SharedToken } from "./claude_token.ts";
import { ADA, type Laid, memoryHome } from "./memory_home.ts";

const ENV = "/etc/t3-serve/ada.env";
const CREDENTIALS = ".claude/.credentials.json";
const SHARED: SharedToken = { kind: "value", token: new Secret("shared-1") };
const ROTATED: SharedToken = { kind: "value", token: new Secret("shared-2") };

/** What the env file says of the login after each of the runs. */
function after(
  laid: Readonly<Record<string, Laid>>,
  ...runs: readonly (readonly [SharedToken, Partial<Account>?])[]
): string | undefined {
  const home = memoryHome(laid);
  for (const [shared, changes] of runs) {
    home.run(function* (context) {
      const keys = claudeTokenKeys(context, { ...ADA, ...changes }, shared);
      yield* envStep(context, { path: ENV, keys, secretKeys: [CLAUDE_TOKEN_KEY] });
    });
  }
  return home.text(ENV)?.split("\n").find((line) => line.startsWith(CLAUDE_TOKEN_KEY));
}

Deno.test("claudeTokenKeys() gives the shared login to whom has none", () => {
  assert.equal(after({}, [SHARED]), "CLAUDE_CODE_OAUTH_TOKEN=shared-1");
});

Deno.test("claudeTokenKeys() gives it to nobody who must not have it", () => {
  for (const changes of [{ tier: "admin" }, { claude_auth: false }, { parked: true }] as const) {
    assert.equal(after({}, [SHARED, changes]), undefined);
  }
});

Deno.test("claudeTokenKeys() takes it away from whom must not have it any more", () => {
  for (const changes of [{ tier: "admin" }, { claude_auth: false }, { parked: true }] as const) {
    assert.equal(after({}, [SHARED], [SHARED, changes]), undefined);
  }
  assert.equal(after({}, [SHARED], [{ kind: "none" }]), undefined);
});

Deno.test("claudeTokenKeys() brings a rotated login, and keeps one that cannot be read", () => {
  assert.equal(after({}, [SHARED], [ROTATED]), "CLAUDE_CODE_OAUTH_TOKEN=shared-2");
  const unavailable = { kind: "unavailable" } as const;
  assert.equal(after({}, [SHARED], [unavailable]), "CLAUDE_CODE_OAUTH_TOKEN=shared-1");
  assert.equal(after({}, [unavailable]), undefined);
  assert.equal(after({}, [SHARED], [unavailable, { parked: true }]), undefined);
});

Deno.test("claudeTokenKeys() leaves a login of the user's own in the file", () => {
  const own = { [ENV]: `${CLAUDE_TOKEN_KEY}=own\n` };
  for (const changes of [{}, { tier: "admin" }, { parked: true }] as const) {
    assert.equal(after(own, [SHARED, changes]), "CLAUDE_CODE_OAUTH_TOKEN=own");
  }
  assert.equal(after(own, [{ kind: "none" }]), "CLAUDE_CODE_OAUTH_TOKEN=own");
  // What somebody put there before us is the shared one: it follows it from now on.
  const same = { [ENV]: `${CLAUDE_TOKEN_KEY}=shared-1\n` };
  assert.equal(after(same, [SHARED], [ROTATED]), "CLAUDE_CODE_OAUTH_TOKEN=shared-2");
});

Deno.test("claudeTokenKeys() gives it to nobody who logged in", () => {
  const logins: Record<string, Laid>[] = [
    { [CREDENTIALS]: `{"claudeAiOauth":{"accessToken":"x"}}` },
    { [CREDENTIALS]: "half written" },
    { [CREDENTIALS]: { link: "/somewhere" } },
    { [CREDENTIALS]: { text: "{}", uid: 0 } },
    { ".claude.json": `{"primaryApiKey":"x"}` },
    { [ENV]: "ANTHROPIC_API_KEY=x\n" },
    { [ENV]: "ANTHROPIC_AUTH_TOKEN=x\n" },
  ];
  for (const login of logins) {
    assert.equal(after(login, [SHARED]), undefined, JSON.stringify(login));
  }
});

Deno.test("claudeTokenKeys() tells a login from what else Claude keeps", () => {
  const others: Record<string, Laid>[] = [
    { [CREDENTIALS]: "" },
    { [CREDENTIALS]: "{}" },
    { [CREDENTIALS]: `{"mcpOAuth":{"x":{}}}` },
    { [CREDENTIALS]: `{"claudeAiOauth":null}` },
    { ".claude.json": "not json" },
    { ".claude.json": `{"mcpServers":{}}` },
    { [ENV]: "ANTHROPIC_API_KEY=\n" },
    { [ENV]: `${CLAUDE_TOKEN_KEY}=\n` },
  ];
  for (const laid of others) {
    assert.equal(after(laid, [SHARED]), "CLAUDE_CODE_OAUTH_TOKEN=shared-1", JSON.stringify(laid));
  }
});

Deno.test("claudeTokenKeys() takes it away once the user logged in", () => {
  const home = memoryHome({ [ENV]: `${CLAUDE_TOKEN_KEY}=shared-1\nOTHER=1\n` });
  const run = () =>
    home.run(function* (context) {
      yield* envStep(context, { path: ENV, keys: claudeTokenKeys(context, ADA, SHARED) });
    });
  run();
  home.lay(CREDENTIALS, `{"claudeAiOauth":{"accessToken":"x"}}`);

  run();

  assert.equal(home.text(ENV), "OTHER=1\n");
});
