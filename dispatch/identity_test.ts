import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../core/secret.ts";
import { parseAddressRange } from "../core/address_range.ts";
import { identityKey, type IdentityRules, readIdentity } from "./identity.ts";

const rules: IdentityRules = {
  header: "X-authentik-username",
  ingressToken: undefined,
  trustedPeers: ["127.0.0.1", "::1", "10.1.0.0/16"].map((text) => {
    const range = parseAddressRange(text);
    assert.ok(range !== undefined);
    return range;
  }),
};
const field = (value: string, name = "X-Authentik-Username") => ({ name, value });

Deno.test("readIdentity() gives the name without domain and case when the ingress says it", () => {
  for (const value of ["ada", "Ada", "ADA@example.com", "ada@other.example"]) {
    for (const peer of ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.255.3"]) {
      assert.deepEqual(readIdentity([field(value)], peer, rules), {
        kind: "identity",
        key: "ada",
      });
    }
  }
});

Deno.test("readIdentity() believes nobody else when the peer is foreign", () => {
  for (const peer of ["127.0.0.2", "10.2.0.1", "203.0.113.7", "::2", "", "localhost"]) {
    assert.deepEqual(readIdentity([field("ada")], peer, rules), {
      kind: "refused",
      reason: "peer_foreign",
    });
  }
});

Deno.test("readIdentity() wants the token once when the ingress has one", () => {
  const proved = { ...rules, ingressToken: new Secret("0123456789abcdef") };
  const token = (value: string) => field(value, "x-hearth-ingress");
  const right = token("0123456789abcdef");
  const ask = (...shown: (typeof right)[]) =>
    readIdentity([field("ada"), ...shown], "127.0.0.1", proved);

  assert.deepEqual(ask(right), { kind: "identity", key: "ada" });
  for (const shown of [[], [token("")], [token("0123456789abcdeF")], [right, right]]) {
    assert.deepEqual(ask(...shown), { kind: "refused", reason: "ingress_unproved" });
  }
  assert.equal(readIdentity([field("ada"), right], "127.0.0.2", proved).kind, "refused");
});

Deno.test("readIdentity() refuses when the header is missing, twice, or empty", () => {
  const cases = [
    [[], "identity_missing"],
    [[field("")], "identity_missing"],
    [[field("ada", "X_authentik_username")], "identity_missing"],
    [[field("ada"), field("bob")], "identity_duplicate"],
    [[field("ada"), field("ada", "x-authentik-username")], "identity_duplicate"],
    [[field("ada, bob")], "identity_invalid"],
  ] as const;

  for (const [fields, reason] of cases) {
    assert.deepEqual(readIdentity(fields, "127.0.0.1", rules), { kind: "refused", reason });
  }
});

Deno.test("identityKey() takes nothing but plain names when it gets any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const key = identityKey(text);

    assert.ok(key === undefined || /^[a-z0-9][a-z0-9._+-]{0,63}$/.test(key));
  }));
  const no = ["", ".", "../ada", "ada/../bob", "аda", "ada\u200b", "ada\0", "ada@", "a@b@c", "-a"];
  assert.deepEqual(no.filter((text) => identityKey(text) !== undefined), []);
});
