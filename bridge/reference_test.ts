import { ok } from "node:assert/strict";
import { describeEnv } from "../core/env.ts";
import { createMetrics } from "../core/metrics.ts";
import { ROOT } from "../tests/support/program.ts";
import { createBridgeMetrics } from "./bridge_metrics.ts";
import { BRIDGE_ENV } from "./config.ts";
import { refusalReasons } from "./refusal.ts";

const page = (await Deno.readTextFile(`${ROOT}docs/reference/bridge.md`)).replaceAll(/ +/g, " ");

Deno.test("BRIDGE_ENV has a row in the reference for every variable, with its default", () => {
  for (const { name, fallback } of describeEnv(BRIDGE_ENV)) {
    const cell = fallback === undefined ? " " : ` \`${fallback}\` `;
    ok(page.includes(`| \`${name}\` |${cell}|`), `${name} ${fallback}`);
  }
});

Deno.test("refusalReasons() has a row in the reference for every reason", () => {
  for (const { reason, status, text } of refusalReasons()) {
    ok(page.includes(`| \`${reason}\` | ${status} | ${text} |`), reason);
  }
});

Deno.test("createBridgeMetrics() has a row in the reference for every figure", () => {
  const registry = createMetrics({ hasRuntime: false });
  createBridgeMetrics(registry);

  for (const { name } of registry.getMetricsAsArray()) ok(page.includes(`| \`${name}\` |`), name);
});
