import assert from "node:assert/strict";
import { Fault } from "../../core/fault.ts";
import { readRefreshEnv } from "./refresh_env.ts";

const URL_TEXT = "https://chrome.example.com/api/snapshot";

function read(values: Record<string, string>) {
  return readRefreshEnv({ get: (name) => values[name] });
}

Deno.test("readRefreshEnv() resolves the contract's defaults when only URL and HOME are set", () => {
  const config = read({ PLAYWRIGHT_SNAPSHOT_URL: URL_TEXT, HOME: "/home/alice" });

  assert.equal(config.url.href, URL_TEXT);
  assert.equal(config.tokenPath, "/home/alice/.config/playwright/token");
  assert.equal(config.targetPath, "/home/alice/.cache/playwright-shared-storage-state.json");
});

Deno.test("readRefreshEnv() lets the credentials directory win when systemd has set it", () => {
  const config = read({
    PLAYWRIGHT_SNAPSHOT_URL: URL_TEXT,
    PLAYWRIGHT_SNAPSHOT_TOKEN: "/etc/token",
    PLAYWRIGHT_SNAPSHOT_PATH: "/srv/state.json",
    CREDENTIALS_DIRECTORY: "/run/credentials/refresh",
  });

  assert.equal(config.tokenPath, "/run/credentials/refresh/token");
  assert.equal(config.targetPath, "/srv/state.json");
});

const WRONG: readonly (readonly [what: string, values: Record<string, string>, says: RegExp])[] = [
  ["the URL is missing", {}, /PLAYWRIGHT_SNAPSHOT_URL is not set, must be the http: or https: URL/],
  ["the URL is no URL", { PLAYWRIGHT_SNAPSHOT_URL: "chrome" }, /PLAYWRIGHT_SNAPSHOT_URL must be/],
  [
    "the URL is of a file",
    { PLAYWRIGHT_SNAPSHOT_URL: "file:///x" },
    /PLAYWRIGHT_SNAPSHOT_URL must/,
  ],
  ["the path is relative", { PLAYWRIGHT_SNAPSHOT_PATH: "x" }, /PATH is "x", must be an absolute/],
  ["the path is a directory", { PLAYWRIGHT_SNAPSHOT_PATH: "/x/" }, /PATH is "\/x\/", must be/],
  [
    "another user's home is meant",
    { PLAYWRIGHT_SNAPSHOT_PATH: "~bob/x" },
    /PATH is "~bob\/x", must/,
  ],
  ["the token path is relative", { PLAYWRIGHT_SNAPSHOT_TOKEN: "x" }, /TOKEN must be an absolute/],
  ["there is no HOME", { PLAYWRIGHT_SNAPSHOT_URL: URL_TEXT }, /"~\/.config.*": HOME is not set/],
];

for (const [what, values, says] of WRONG) {
  Deno.test(`readRefreshEnv() is a configuration fault when ${what}`, () => {
    assert.throws(
      () => read(values),
      (error) => error instanceof Fault && error.exitCode === 2 && says.test(error.message),
    );
  });
}

Deno.test("readRefreshEnv() does not repeat the URL when it holds a password", () => {
  assert.throws(
    () => read({ PLAYWRIGHT_SNAPSHOT_URL: "https://u:hunter2@chrome.example.com/", HOME: "/h" }),
    (error) => error instanceof Fault && !error.message.includes("hunter2"),
  );
});
