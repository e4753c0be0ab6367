/**
 * @module
 */
import assert from "node:assert/strict";
import plugin from "./lint_plugin.ts";

const SOURCE = [
  "export const a = Date.now();",
  "export const b = performance.now();",
  "export const c = Math.random();",
  "export const d = new Date();",
  'export const e = Deno.env.get("HOME");',
].join("\n");

Deno.test("no-ambient-effects reports each ambient effect when a product module uses it", () => {
  const found = Deno.lint.runPlugin(plugin, "/hearth/bridge/listen.ts", SOURCE);

  assert.deepEqual(found.map(({ message }) => message.split(" cannot")[0]).sort(), [
    "Date.now()",
    "Deno.env",
    "Math.random()",
    "new Date()",
    "performance.now()",
  ]);
});

Deno.test("no-ambient-effects is silent when the effect is a parameter's default", () => {
  const source = "export const f = (now = Date.now, at = 5) => [new Date(at), now()];";

  const found = Deno.lint.runPlugin(plugin, "/hearth/bridge/listen.ts", source);

  assert.deepEqual(found, []);
});

Deno.test.each([
  ["/hearth/core/clock.ts"],
  ["/hearth/core/program.ts"],
  ["/hearth/bridge/listen_test.ts"],
  ["/hearth/tests/support/x.ts"],
  ["/hearth/bench/freshness.ts"],
])("no-ambient-effects is silent when the file is %s", (path) => {
  const found = Deno.lint.runPlugin(plugin, path, SOURCE);

  assert.deepEqual(found, []);
});
