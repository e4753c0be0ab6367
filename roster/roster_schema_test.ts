/**
 * The schema editors use accepts what the parser accepts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { rosterJsonSchema } from "./roster_schema.ts";

Deno.test("rosterJsonSchema() allows no unknown key and asks for what a row must have", () => {
  const schema = JSON.parse(JSON.stringify(rosterJsonSchema()));

  const users = schema.properties.users.anyOf[0];
  const row = users.additionalProperties;
  assert.equal(schema.additionalProperties, false);
  assert.equal(row.additionalProperties, false);
  assert.equal(row.properties.browser.additionalProperties, false);
  assert.deepEqual(row.required, ["authentik_user", "k8s_user", "tier"]);
  assert.equal(users.propertyNames.pattern, "^[a-z_][a-z0-9_-]{0,31}$");
});

Deno.test("rosterJsonSchema() describes every field, for the author's editor", () => {
  const schema = JSON.parse(JSON.stringify(rosterJsonSchema()));

  const row = schema.properties.users.anyOf[0].additionalProperties;
  for (const [name, field] of Object.entries<{ description?: string }>(row.properties)) {
    assert.ok((field.description ?? "").length > 10, name);
  }
});
