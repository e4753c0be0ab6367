/**
 * The pipeline beside the boxes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { accessText } from "../support/snapshot_fixture.ts";
import { startWarmHost } from "./support/warm_host.ts";

Deno.test("startWarmHost() serves a login of the person to whom the site is granted", async () => {
  const tokens = { ada: "ada-token", bob: "bob-token" };
  await using host = await startWarmHost(accessText({
    ada: { tokens: [tokens.ada], sites: ["shop.localhost"] },
    bob: { tokens: [tokens.bob], sites: ["bank.localhost"] },
  }));

  await host.logIn("shop");
  await host.logIn("bank");

  for (const [token, domain] of [[tokens.ada, "shop.localhost"], [tokens.bob, "bank.localhost"]]) {
    const response = await fetch(host.snapshot.url, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { cookies } = await response.json();
    assert.deepEqual(cookies.map((cookie: { domain: string }) => cookie.domain), [domain]);
  }
});
