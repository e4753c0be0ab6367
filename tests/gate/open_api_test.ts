/**
 * The OpenAPI document against the real request handler: each answer that is described is had, and
 * has the fields and the body that are described.
 *
 * @module
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { systemClock as clock } from "../../core/clock.ts";
import { createHealth } from "../../core/health.ts";
import { createInventory } from "../../snapshot/inventory/inventory.ts";
import { createStatusPage } from "../../snapshot/page/status_page.ts";
import { createAccessGate } from "../../snapshot/server/access_gate.ts";
import { createPullTimes } from "../../snapshot/server/pull_times.ts";
import { createSnapshotApi } from "../../snapshot/server/snapshot_api.ts";
import { createSnapshotBodies } from "../../snapshot/server/snapshot_bodies.ts";
import { createSnapshotStore } from "../../snapshot/server/snapshot_store.ts";
import { createTokenGate } from "../../snapshot/server/token_gate.ts";
import { recordLog, snapshotText, testDirectory } from "../support/snapshot_fixture.ts";
import { openApi } from "./open_api.ts";

const BEARER = { authorization: "Bearer s3cret" };

/** What leads to each answer; `state` is what the server has. */
const CASES: readonly (readonly [
  path: string,
  status: number,
  state: "good" | "empty" | "no token" | "unready",
  headers?: Readonly<Record<string, string>>,
  query?: string,
])[] = [
  ["/healthz", 200, "no token"],
  ["/readyz", 200, "good"],
  ["/readyz", 503, "unready"],
  ["/api/snapshot", 200, "good", BEARER],
  ["/api/snapshot", 304, "good", { ...BEARER, "if-none-match": "*" }],
  ["/api/snapshot", 400, "good", BEARER, "?wait=soon"],
  ["/api/snapshot", 401, "good"],
  ["/api/snapshot", 404, "empty", BEARER],
  ["/api/snapshot", 503, "no token", BEARER],
  ["/api/sites", 200, "good", BEARER],
  ["/api/sites", 401, "good", { authorization: "Bearer other" }],
  ["/api/sites", 404, "empty", BEARER],
  ["/api/sites", 503, "no token", BEARER],
  ["/api/status", 200, "empty", BEARER],
  ["/api/status", 401, "good", { authorization: "Basic OnMzY3JldA==" }],
  ["/api/status", 503, "no token", BEARER],
  ["/", 200, "good", { authorization: "Basic OnMzY3JldA==" }, "?sort=site&q=e"],
  ["/", 401, "good"],
  ["/", 503, "no token", BEARER],
  ["/page/events", 200, "empty", BEARER],
  ["/page/events", 401, "good"],
  ["/page/events", 503, "no token", BEARER],
];

for (const [path, status, state, headers = {}, query = ""] of CASES) {
  Deno.test(`openApi() describes GET ${path}${query} as it is answered with ${status}`, async () => {
    await using directory = await testDirectory();
    const api = await makeApi(directory, state);
    const described = openApi().paths[path]?.get.responses[status];

    const response = await api(new Request(`http://pod:8088${path}${query}`, { headers }));
    const text = await beginningOf(response);

    assert.equal(response.status, status, text);
    assert.ok(described !== undefined, `${status} is not described`);
    for (const name of Object.keys(described.headers ?? {})) {
      assert.ok(response.headers.has(name), `there is no ${name}`);
    }
    const [type, body] = Object.entries(described.content ?? {})[0] ?? [];
    assert.equal(response.headers.get("content-type") ?? undefined, type);
    if (type === "application/json") schemaOf(body?.schema).parse(JSON.parse(text));
  });
}

Deno.test("openApi() describes no answer that no case here has", () => {
  const described = Object.entries(openApi().paths).flatMap(([path, { get }]) =>
    Object.keys(get.responses).map((status) => `${path} ${status}`)
  );

  assert.deepEqual(described.sort(), CASES.map(([path, status]) => `${path} ${status}`).sort());
});

Deno.test("openApi() describes bodies that a wrong one does not fit", () => {
  const state = schemaOf({ $ref: "#/components/schemas/StorageState" });

  assert.equal(state.safeParse({ cookies: [], origins: [] }).success, true);
  assert.equal(state.safeParse({ cookies: [{ name: "a" }], origins: [] }).success, false);
  assert.equal(state.safeParse({ cookies: [] }).success, false);
});

/** The body; of a stream, which has no end, the first event. */
async function beginningOf(response: Response): Promise<string> {
  if (response.headers.get("content-type") !== "text/event-stream") return await response.text();
  const reader = response.body?.getReader();
  const { value } = await reader?.read() ?? {};
  await reader?.cancel();
  return new TextDecoder().decode(value);
}

/** A schema of the document, ready to parse with. */
function schemaOf(schema: Readonly<Record<string, unknown>> | undefined): z.ZodType {
  const { schemas } = openApi().components as { schemas: Readonly<Record<string, unknown>> };
  const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema?.$ref))?.[1];
  const found = name === undefined ? schema : schemas[name];
  assert.ok(found !== undefined);
  return z.fromJSONSchema(found as Parameters<typeof z.fromJSONSchema>[0]);
}

async function makeApi(
  directory: Awaited<ReturnType<typeof testDirectory>>,
  state: "good" | "empty" | "no token" | "unready",
) {
  const health = createHealth();
  const { log } = recordLog();
  const path = `${directory.path}/s.json`;
  const file = state === "no token" ? undefined : await directory.put("token", "s3cret\n");
  const store = createSnapshotStore({ path, health, log, clock });
  if (state !== "empty") {
    await directory.put("s.json", snapshotText("a"));
    await store.reload();
  }
  if (state === "unready") health.raise("planted", "error", "Something is wrong");
  const tokenGate = await createTokenGate({ file, clock, health, log });
  const gate = createAccessGate({ tokenGate, clock });
  const inventory = createInventory({ path, clock, log });
  const page = createStatusPage({
    ...{ path, store, inventory, gate, health, clock },
    pulls: createPullTimes(() => clock.now()),
    readers: () => [],
    parts: { look: () => Promise.resolve([]) },
    ...{ trustedPeers: [], identityHeader: "x-user", ingressToken: undefined },
    signal: new AbortController().signal,
  });
  const bodies = createSnapshotBodies();
  return createSnapshotApi({ store, bodies, gate, inventory, health, clock, page });
}
