/**
 * @module
 */
import assert from "node:assert/strict";
import { readStrictYaml } from "../core/strict_yaml.ts";
import { faultText } from "../core/text_fault.ts";
import { repeatedIdentities, rowFaults } from "./row_faults.ts";

function rowsOf(text: string) {
  const yaml = readStrictYaml(text);
  const { users } = yaml.value as { users: Record<string, Record<string, unknown>> };
  return { yaml, users };
}

Deno.test("rowFaults() finds nothing in a row whose fields have other faults", () => {
  const { yaml, users } = rowsOf("users: {a: {tier: amdin, namespaces: 3, agents: x, browser: }}");

  assert.deepEqual(rowFaults(yaml, ["users", "a"], users.a ?? {}), []);
});

Deno.test("rowFaults() finds contradictions and repetitions although other fields are wrong", () => {
  const { yaml, users } = rowsOf(
    "users: {a: {tier: admin, namespaces: [x, x], agents: [7, 7], browser: {sites: [b, c, b]}}}",
  );

  assert.deepEqual(rowFaults(yaml, ["users", "a"], users.a ?? {}).map(faultText), [
    'users.a.namespaces is a list, must not be given, since the tier is "admin" (line 1, column 26)',
    'users.a.namespaces.1 is "x", must be listed once (line 1, column 42)',
    "users.a.agents.1 is 7, must be listed once (line 1, column 58)",
    'users.a.browser.sites.2 is "b", must be listed once (line 1, column 86)',
  ]);
});

Deno.test("repeatedIdentities() names the first row of the person, for every later one", () => {
  const { yaml, users } = rowsOf(
    "users: {a: {authentik_user: X}, b: {authentik_user: x@example.com}, c: 3, d: {authentik_user: x}}",
  );

  const faults = repeatedIdentities(yaml, users);

  assert.deepEqual(faults.map(({ path }) => path[1]), ["b", "d"]);
  for (const { message } of faults) assert.match(message, /than users\.a\.authentik_user$/);
});
