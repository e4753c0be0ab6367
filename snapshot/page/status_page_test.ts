import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAddressRange } from "../../core/address_range.ts";
import { createHealth } from "../../core/health.ts";
import { Secret } from "../../core/secret.ts";
import { storageStates } from "../../tests/support/arbitrary_state.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import {
  accessText,
  hostsText,
  recordLog,
  type TestDirectory,
  testDirectory,
} from "../../tests/support/snapshot_fixture.ts";
import { createAccessStore } from "../access/access_store.ts";
import { WHOLE_GRANT } from "../access/grant.ts";
import { createInventory } from "../inventory/inventory.ts";
import { createAccessGate } from "../server/access_gate.ts";
import { createPullTimes } from "../server/pull_times.ts";
import { createSnapshotStore } from "../server/snapshot_store.ts";
import { createTokenGate } from "../server/token_gate.ts";
import { parseStorageState } from "../storage_state.ts";
import { createStatusPage, PAGE_PATHS } from "./status_page.ts";

const BEARER = { authorization: "Bearer s3cret" };
const PERSON = { "x-authentik-username": "ada" };
const INGRESS = "10.0.0.7";

async function setUp(
  directory: TestDirectory,
  options: { hasToken?: boolean; hasIngress?: boolean; ingressToken?: string } = {},
) {
  const { hasToken = true, hasIngress = true, ingressToken } = options;
  const clock = createFakeClock(Date.parse("2026-01-01T00:00:00Z"));
  const health = createHealth(() => clock.now());
  const { log } = recordLog();
  const path = `${directory.path}/s.json`;
  const store = createSnapshotStore({ path, health, log, clock });
  const token = hasToken ? new Secret("s3cret") : undefined;
  const tokenGate = await createTokenGate({ token, clock, health: createHealth(), log });
  const access = createAccessStore({ path: `${directory.path}/access.yaml`, health, log });
  if (hasToken) {
    await directory.put(
      "access.yaml",
      accessText({ grace: { tokens: ["g"], sites: ["example.com"] } }),
    );
    await access.reload();
  }
  const range = parseAddressRange("10.0.0.0/24");
  assert.ok(range);
  const stopping = new AbortController();
  const page = createStatusPage({
    path,
    store,
    inventory: createInventory({ path, clock, log }),
    gate: createAccessGate({ tokenGate, access, clock }),
    health,
    pulls: createPullTimes(() => clock.now()),
    readers: () => [
      ...(access.rules()?.subjects ?? []),
      { name: "everyone", grant: WHOLE_GRANT },
    ],
    trustedPeers: hasIngress ? [range] : [],
    identityHeader: "X-authentik-username",
    ingressToken: ingressToken === undefined ? undefined : new Secret(ingressToken),
    liveViewUrl: "https://chrome.example.com/",
    parts: { look: () => Promise.resolve([]) },
    clock,
    signal: stopping.signal,
  });
  return {
    clock,
    health,
    stop: () => stopping.abort(),
    ask: async (path: string, headers: HeadersInit = {}, peer = "203.0.113.9", method = "GET") =>
      await page.answer(new Request(`http://pod:8088${path}`, { headers, method }), peer),
    async publish(text: string) {
      await directory.put("s.json", text);
      await store.reload();
    },
  };
}

Deno.test("status page is shown to nobody who shows neither a bearer nor the ingress's login", async () => {
  await using directory = await testDirectory();
  const { ask } = await setUp(directory);
  const closed = await setUp(directory, { hasToken: false, hasIngress: false });
  const proved = await setUp(directory, { ingressToken: "ingress-token-0123" });
  const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` });

  for (const path of PAGE_PATHS) {
    for (
      const [headers, peer] of [
        [{}, INGRESS],
        [PERSON, "10.0.1.7"],
        [PERSON, ""],
        [{ "x-authentik-username": "" }, INGRESS],
        [{ "x-authentik-username": "ada, grace" }, INGRESS],
        [{ authorization: "Bearer wrong" }, INGRESS],
        [basic("ada:wrong"), INGRESS],
        [{ authorization: "Basic !" }, INGRESS],
      ] as const
    ) {
      const response = await ask(path, headers, peer, "HEAD");
      assert.equal(response.status, 401, `${path} ${JSON.stringify(headers)} ${peer}`);
    }
    const heads = [
      await ask(path, BEARER, undefined, "HEAD"),
      await ask(path, basic("ada:s3cret"), undefined, "HEAD"),
      await ask(path, PERSON, INGRESS, "HEAD"),
      await closed.ask(path, PERSON, INGRESS, "HEAD"),
      await proved.ask(path, PERSON, INGRESS, "HEAD"),
      await proved.ask(
        path,
        { ...PERSON, "x-hearth-ingress": "ingress-token-0123" },
        INGRESS,
        "HEAD",
      ),
    ];
    assert.deepEqual(heads.map(({ status }) => status), [200, 200, 200, 503, 401, 200], path);
  }
});

Deno.test("status page says with every answer that nothing foreign may be loaded or frame it", async () => {
  await using directory = await testDirectory();
  const { ask } = await setUp(directory);

  const answers = [
    await ask("/", {}, undefined, "HEAD"),
    await ask("/", BEARER, undefined, "POST"),
    ...await Promise.all(PAGE_PATHS.map((path) => ask(path, BEARER, undefined, "HEAD"))),
  ];

  for (const { headers } of answers) {
    assert.equal(
      headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("set-cookie"), null);
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
  assert.equal(answers[1]?.status, 405);
  const html = await (await ask("/", BEARER)).text();
  assert.doesNotMatch(html, /<style|style="|<script[^>]*>[^<]|\son\w+="/);
  assert.deepEqual(
    [...html.matchAll(/(?:src|href)="((?:https?:)?\/\/[^"]*)"/g)].map(([, url]) => url),
    ["https://chrome.example.com/"],
  );
});

Deno.test("status page shows a token's holder what the token may read, and no path", async () => {
  await using directory = await testDirectory();
  const { ask, publish, health } = await setUp(directory);
  await publish(hostsText({ "example.com": "v1", "example.org": "v2" }));
  health.raise("snapshot_invalid", "error", 'Cannot use snapshot "/secret/path": no');

  const all = await (await ask("/", BEARER)).text();
  const some = await (await ask("/", { authorization: "Bearer g" })).text();

  assert.match(all, /example\.org/);
  assert.match(all, /secret\/path/);
  assert.match(some, /example\.com/);
  assert.match(some, /snapshot invalid/);
  assert.doesNotMatch(some, /example\.org|secret\/path|everyone/);
});

Deno.test("status page holds no value of a cookie or of storage, whatever the snapshot holds", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await setUp(directory);
  await fc.assert(
    fc.asyncProperty(storageStates(), async (state) => {
      let count = 0;
      const marked = JSON.stringify({
        cookies: state.cookies.map((one) => ({ ...one, value: `VALUE${count++}` })),
        origins: state.origins.map((origin) => ({
          ...origin,
          localStorage: origin.localStorage.map(({ name }) => ({ name, value: `VALUE${count++}` })),
        })),
      });
      parseStorageState(marked);
      await publish(marked);
      for (const query of ["", "?q=session", "?sort=expires&dir=desc"]) {
        const html = await (await ask(`/${query}`, BEARER)).text();
        assert.match(html, /id="sites-caption"/);
        assert.doesNotMatch(html, /VALUE/);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("status page escapes a site's own text", async () => {
  await using directory = await testDirectory();
  const { ask, publish } = await setUp(directory);
  await publish(hostsText({ '<img src="x">': "v", "a&b": "v" }));

  const html = await (await ask("/?q=%22%3E%3Cscript%3E", BEARER)).text();
  const table = await (await ask("/", BEARER)).text();

  assert.doesNotMatch(html, /"><script>/);
  assert.doesNotMatch(table, /<img src="x/);
  assert.match(table, /&lt;img src=&quot;x/);
});

Deno.test("status page's stream tells of a new generation, and ends when access does or the server stops", async () => {
  await using directory = await testDirectory();
  const { ask, publish, clock, stop } = await setUp(directory);
  const decoder = new TextDecoder();
  const open = async (token: string) => {
    const { body } = await ask("/page/events", { authorization: `Bearer ${token}` });
    assert.ok(body);
    const reader = body.getReader();
    return async () => {
      const { value } = await reader.read();
      return value === undefined ? "end" : decoder.decode(value);
    };
  };
  const next = await open("s3cret");
  const taken = await open("g");
  assert.equal(await next(), "retry: 3000\nevent: change\ndata:\n\n");
  await taken();

  const [told, ended] = [next(), taken()];
  await publish(hostsText({ "example.com": "new-value" }));
  await directory.put("access.yaml", accessText({ alice: { tokens: ["other"] } }));
  const ticking = tick(clock, Promise.all([told, ended]));

  assert.deepEqual(await ticking, ["event: change\ndata:\n\n", "end"]);
  stop();
  // News of the readers may have come before the end.
  while (await next() !== "end");
});

Deno.test("status page gives a stream's place to the next page when its client leaves", async () => {
  await using directory = await testDirectory();
  const { ask } = await setUp(directory);
  const streams = await Promise.all(
    Array.from({ length: 200 }, () => ask("/page/events", BEARER)),
  );
  const full = await ask("/page/events", BEARER);

  await streams[0]?.body?.cancel();
  const freed = await ask("/page/events", BEARER);

  assert.deepEqual([full.status, freed.status], [503, 200]);
  for (const { body } of [full, freed, ...streams.slice(1)]) await body?.cancel();
});

/** Lets time pass until something has happened. */
async function tick<T>(clock: ReturnType<typeof createFakeClock>, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => isDone = true);
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(100);
  }
  return await done;
}
