/**
 * The alerts: judged by Prometheus' own tool, held against the metrics there are, and each shown to
 * fire and to stay silent on a history made for it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { runCommand } from "../core/process.ts";
import { metricCatalog, WITHOUT_METRICS } from "../tests/gate/metric_catalog.ts";
import { rootPrograms } from "../tests/gate/repository.ts";
import { BOX_ALERTS, hurriedRules, PIPELINE_ALERTS } from "../tests/support/drilled_alerts.ts";
import { ROOT } from "../tests/support/program.ts";
import { ALERT_GROUPS } from "./alerts.ts";
import { dashboard } from "./dashboard.ts";
import { metricNames } from "./metric_names.ts";
import { ROWS } from "./panels.ts";
import { histories, type RuleTest } from "./rule_histories.ts";
import { prometheusRuleYaml, ruleDocument, rulesYaml } from "./rules.ts";

const PROMTOOL = "/usr/bin/promtool";
const alerts = ALERT_GROUPS.flatMap(({ alerts }) => alerts);
const known = metricCatalog().flatMap(({ metrics }) => metrics);
const rules = rulesYaml(ruleDocument(ALERT_GROUPS));

/** Runs promtool on these files. */
async function promtool(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ code: number; text: string }> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-promtool-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${directory}/${name}`, text);
    }
    const { code, stdout, stderr } = await runCommand(
      PROMTOOL,
      args.map((arg) => arg in files ? `${directory}/${arg}` : arg),
      { deadlineMs: 60_000 },
    );
    return { code, text: stdout + stderr };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("promtool takes the rules, and refuses one that is broken", async () => {
  const good = await promtool({ "r.yaml": rules }, "check", "rules", "--lint-fatal", "r.yaml");
  const broken = rules.replace("time() -", "time() --)");
  const bad = await promtool({ "r.yaml": broken }, "check", "rules", "r.yaml");

  assert.equal(good.code, 0, good.text);
  assert.match(good.text, new RegExp(`${alerts.length} rules found`));
  assert.notEqual(bad.code, 0);
});

Deno.test("the PrometheusRule holds the very groups of the plain rules", () => {
  const { spec } = parse(prometheusRuleYaml("x", ruleDocument(ALERT_GROUPS)));

  assert.deepEqual(spec, parse(rules));
});

Deno.test("every alert has a name of its own and a page with its four parts", async () => {
  assert.equal(new Set(alerts.map(({ name }) => name)).size, alerts.length);
  for (const { name } of alerts) {
    const page = await Deno.readTextFile(`${ROOT}docs/runbooks/${name}.md`);
    const heads = [...page.matchAll(/^#+ (.+)$/gm)].map(([, head]) => head);
    assert.deepEqual(heads, [name, "Meaning", "Impact", "Diagnosis", "Mitigation"]);
    const parts = page.split(/^#+ .+$/m).slice(2);
    assert.ok(parts.every((part) => part.trim().length > 5), name);
  }
});

Deno.test("every alert has a drill", () => {
  const drilled = [...PIPELINE_ALERTS, ...BOX_ALERTS];

  assert.deepEqual(drilled.toSorted(), alerts.map(({ name }) => name).sort());
  for (const name of drilled) {
    assert.match(hurriedRules([name]), new RegExp(`alert: ${name}$`, "m"));
  }
});

Deno.test("every page of an alert belongs to an alert", () => {
  const names = new Set(alerts.map(({ name }) => name));
  const pages = [...Deno.readDirSync(`${ROOT}docs/runbooks`)]
    .map(({ name }) => name.replace(/\.md$/, "")).filter((name) => /^[A-Z]/.test(name));

  assert.deepEqual(pages.filter((name) => !names.has(name)), []);
});

Deno.test("metricNames() takes a histogram's parts for the histogram", () => {
  assert.deepEqual(metricNames("rate(hearth_a_seconds_bucket[5m]) + hearth_b_total + up"), [
    "hearth_a_seconds",
    "hearth_b_total",
  ]);
});

Deno.test("alerts, dashboard and runbooks ask for metrics and labels that a program has", async () => {
  const panels = ROWS.flatMap(({ panels }) => panels).flatMap(({ queries }) =>
    queries.map(([expr, legend]) => ({ expr, legend }))
  );
  const pages = await Promise.all(
    alerts.map(({ name }) => Deno.readTextFile(`${ROOT}docs/runbooks/${name}.md`)),
  );
  const names = new Set(known.map(({ name }) => name));

  for (const text of [...alerts.map(({ expr }) => expr), ...panels.map(({ expr }) => expr)]) {
    for (const name of metricNames(text)) assert.ok(names.has(name), `${name} in ${text}`);
    for (const [, name, label] of text.matchAll(/(hearth_\w+)\{(\w+)[=!]/g)) {
      const { labels = [] } = known.find((metric) => metric.name === name) ?? {};
      assert.ok(labels.includes(label ?? ""), `${name} has no label ${label}`);
    }
  }
  for (const name of metricNames(pages.join("\n"))) assert.ok(names.has(name), name);
});

Deno.test("the dashboard shows every metric there is, by labels that are left", async () => {
  const queries = ROWS.flatMap(({ panels }) => panels).flatMap(({ queries }) => queries);
  const shown = new Set(queries.flatMap(([expr]) => metricNames(expr)));

  assert.deepEqual(known.map(({ name }) => name).filter((name) => !shown.has(name)), []);
  for (const [expr, legend] of queries) {
    const kept = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(", ") ??
      known.filter(({ name }) => metricNames(expr).includes(name)).flatMap(({ labels }) => labels);
    for (const [, label = ""] of legend.matchAll(/\{\{(\w+)\}\}/g)) {
      const isOfScrape = /^(?:job|instance)$/.test(label);
      assert.ok(isOfScrape || kept.includes(label), `${legend} of ${expr}`);
    }
  }
  // Prometheus reads each of them as a recording rule would be read.
  const rules = queries.map(([expr], at) => ({ record: `panel:${at}`, expr }));
  const file = { "panels.yaml": JSON.stringify({ groups: [{ name: "panels", rules }] }) };
  const { code, text } = await promtool(file, "check", "rules", "panels.yaml");
  assert.equal(code, 0, text);
});

Deno.test("every program has metrics, or a reason to have none that names where it is seen", () => {
  const shown = metricCatalog().map(({ program }) => program);
  const without = Object.keys(WITHOUT_METRICS);
  const names = new Set(known.map(({ name }) => name));

  assert.deepEqual(
    [...shown, ...without].sort(),
    rootPrograms().map((name) => `${name}.ts`).sort(),
  );
  for (const name of metricNames(Object.values(WITHOUT_METRICS).join(" "))) {
    assert.ok(names.has(name), name);
  }
});

Deno.test("dashboard() lays out panels that do not overlap and have an id of their own", () => {
  const { panels } = dashboard(ROWS);
  const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: h * w }, (_, at) => `${x + at % w},${y + Math.floor(at / w)}`)
  );

  assert.equal(new Set(cells).size, cells.length);
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
});

Deno.test("every alert fires on its fault and is silent without it", async () => {
  const tests = histories();

  assert.deepEqual(
    [...new Set(tests.flatMap(({ fires }) => fires === undefined ? [] : [fires]))].sort(),
    alerts.map(({ name }) => name).sort(),
  );
  // Days are looked at every ten minutes, or this would take minutes.
  const [long, short] = [true, false].map((isLong) =>
    tests.map(({ test }) => test).filter(({ interval }) => (interval === "4m") === isLong)
  );
  const document = (evaluation_interval: string, tests: readonly RuleTest[] = []) =>
    JSON.stringify({ rule_files: ["r.yaml"], evaluation_interval, tests });
  const wrong = short?.map((test) => ({
    ...test,
    alert_rule_test: test.alert_rule_test.map((one) => ({ ...one, exp_alerts: [] })),
  }));
  const bare = ruleDocument(ALERT_GROUPS).groups.map((group) => ({
    ...group,
    // Sentences are not compared here, or each would stand twice.
    rules: group.rules.map(({ annotations: _, ...rule }) => rule),
  }));
  const files = {
    "r.yaml": JSON.stringify({ groups: bare }),
    "short.yaml": document("1m", short),
    "long.yaml": document("10m", long),
    "wrong.yaml": document("1m", wrong),
  };

  const { code, text } = await promtool(files, "test", "rules", "short.yaml", "long.yaml");
  assert.equal(code, 0, text);
  const wronged = await promtool(files, "test", "rules", "wrong.yaml");
  assert.equal(wronged.code, 1, "a test that cannot fail");
  assert.equal(wronged.text.match(/alertname: /g)?.length, short?.length);
});
