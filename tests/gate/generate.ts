/**
 * Writes the files that are made from code: `deno task generate`. A test fails when one is stale.
 *
 * @module
 */
import { describeEnv } from "../../core/env.ts";
import { createMetrics } from "../../core/metrics.ts";
import { runCommand } from "../../core/process.ts";
import { DISPATCH_ENV } from "../../dispatch/config.ts";
import { createDispatchMetrics } from "../../dispatch/dispatch_metrics.ts";
import { localReasons } from "../../dispatch/local_answer.ts";
import { ALERT_GROUPS } from "../../monitoring/alerts.ts";
import { dashboard } from "../../monitoring/dashboard.ts";
import { ROWS } from "../../monitoring/panels.ts";
import { prometheusRuleYaml, ruleDocument, rulesYaml } from "../../monitoring/rules.ts";
import { settingsJsonSchema } from "../../provision/settings.ts";
import { rosterJsonSchema } from "../../roster/roster_schema.ts";
import { UNITS } from "../support/units.ts";
import { completionFiles } from "./completion/completion_files.ts";
import { cliText, commandPages } from "./cli_reference.ts";
import { FILE_FORMATS } from "./file_schemas.ts";
import { metricCatalog, WITHOUT_METRICS } from "./metric_catalog.ts";
import { openApi } from "./open_api.ts";
import { PERMISSION_REASONS, permissionTables } from "./permission_table.ts";
import { readDenoConfig, ROOT, rootPrograms } from "./repository.ts";
import { environmentTables, fileTable, table } from "./reference_tables.ts";
import { schemaTable } from "./schema_table.ts";
import { unitTable } from "./unit_table.ts";

/** A file, and what it should hold. */
export interface GeneratedFile {
  /** Its path, from the repository's root. */
  readonly path: string;
  /** Its content. */
  readonly content: string;
}

/** Every file that is made from code, whole or in part, as it should be. */
export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const roster = rosterJsonSchema();
  const settings = settingsJsonSchema();
  const commands = await commandPages(rootPrograms());
  const named = commands.map(({ words, description }) => (
    { ...description, name: words.join(" ") }
  ));
  const page = (name: string) => Deno.readTextFile(`${ROOT}docs/reference/${name}.md`);
  const files = [
    ...FILE_FORMATS.map(({ name, schema }) => ({
      path: `docs/reference/${name}.schema.json`,
      content: JSON.stringify(schema, null, 2),
    })),
    {
      path: "docs/reference/files.md",
      content: withSection(await page("files"), "files", fileTable()),
    },
    {
      path: "docs/reference/configuration.md",
      content: withSection(
        await page("configuration"),
        "environment",
        environmentTables(rootPrograms(), commands),
      ),
    },
    {
      path: "docs/reference/roster.md",
      content: withSection(await page("roster"), "fields", schemaTable(roster)),
    },
    { path: "docs/reference/dispatch.md", content: await dispatchPage(await page("dispatch")) },
    {
      path: "docs/reference/provision.md",
      content: withSection(await page("provision"), "settings", schemaTable(settings)),
    },
    {
      path: "docs/reference/units.md",
      content: withSection(await page("units"), "units", unitTable(UNITS)),
    },
    {
      path: "docs/reference/cli.md",
      content: withSection(
        await page("cli"),
        "help",
        cliText(commands),
      ),
    },
    {
      path: "docs/reference/permissions.md",
      content: withSection(
        await page("permissions"),
        "permissions",
        permissionTables(readDenoConfig().permissions, PERMISSION_REASONS),
      ),
    },
    {
      path: "docs/reference/commands.json",
      // The help is on the page already.
      content: JSON.stringify(named.map(({ help: _, ...rest }) => rest), null, 2),
    },
    ...completionFiles(named),
    { path: "docs/reference/openapi.json", content: JSON.stringify(openApi(), null, 2) },
    { path: "docs/reference/metrics.md", content: metricsPage(await page("metrics")) },
    {
      path: "monitoring/hearth.rules.yaml",
      content: rulesYaml(ruleDocument(ALERT_GROUPS)),
    },
    {
      path: "k8s/components/monitoring/prometheus_rule.yaml",
      content: prometheusRuleYaml("chrome-service", ruleDocument(ALERT_GROUPS)),
    },
    {
      path: "k8s/components/monitoring/dashboard.json",
      content: JSON.stringify(dashboard(ROWS), null, 2),
    },
  ];
  return await Promise.all(files.map(async ({ path, content }) => (
    { path, content: await formatted(path, content) }
  )));
}

/** The page of metrics and alerts. */
function metricsPage(page: string): string {
  const metrics =
    metricCatalog().map(({ program, where, metrics }) =>
      `## ${program}\n\n${where}\n\n` + table(
        ["metric", "kind", "labels", "means"],
        metrics.map(({ name, type, labels, help }) => [
          `\`${name}\``,
          type,
          labels.map((label) => `\`${label}\``).join(", "),
          help,
        ]),
      )
    ).join("\n\n") + "\n\n## Programs without metrics\n\n" + table(
      ["program", "where what it does is seen"],
      Object.entries(WITHOUT_METRICS),
    );
  const alerts = ALERT_GROUPS.flatMap(({ alerts, isOfCluster = false }) =>
    alerts.map(({ name, severity, summary }) => [
      `[${name}](../runbooks/${name}.md)`,
      severity,
      isOfCluster ? "cluster" : "anywhere",
      summary.replaceAll(/\{\{ \$(?:labels\.)?(\w+)[^}]*\}\}/g, "_$1_"),
    ])
  );
  const alertTable = table(["alert", "severity", "where", "says"], alerts);
  return withSection(withSection(page, "metrics", metrics), "alerts", alertTable);
}

/** The page of dispatch: its variables, its own answers and its figures. */
async function dispatchPage(page: string): Promise<string> {
  const variables = describeEnv(DISPATCH_ENV).map(({ name, fallback, description }) => [
    `\`${name}\``,
    fallback === undefined ? "" : `\`${fallback}\``,
    description,
  ]);
  const answers = localReasons().map(({ reason, status, text }) => [
    `\`${reason}\``,
    String(status),
    text,
  ]);
  const registry = createMetrics({ hasRuntime: false });
  createDispatchMetrics(registry, () => 0);
  const figures = (await registry.getMetricsAsJSON()).map(({ name, help }) => [
    `\`${name}\``,
    help,
  ]);
  const sections = [
    ["environment", table(["variable", "default", "what it sets"], variables)],
    ["answers", table(["reason", "status", "means"], answers)],
    ["metrics", table(["metric", "means"], figures)],
  ] as const;
  return sections.reduce((text, [name, content]) => withSection(text, name, content), page);
}

/**
 * A page with the text between `<!-- name -->` and `<!-- end name -->` replaced.
 *
 * @throws {Error} When the page has no such section.
 */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`Cannot fill section "${name}": it is not in the page`);
  }
  return `${page.slice(0, from + begin.length)}\n\n${text}\n${page.slice(to)}`;
}

/** As `deno fmt` would leave it, since the gate checks that too. */
async function formatted(path: string, content: string): Promise<string> {
  if (!/\.(?:md|json|yaml)$/.test(path)) return content;
  const folder = await Deno.makeTempDir({ prefix: "hearth-generate-" });
  try {
    const file = `${folder}/${path.slice(path.lastIndexOf("/") + 1)}`;
    await Deno.writeTextFile(file, content);
    const { code, stderr } = await runCommand(
      Deno.execPath(),
      ["fmt", "-q", "--config", `${ROOT}deno.json`, file],
      { deadlineMs: 60_000 },
    );
    if (code !== 0) throw new Error(`Cannot format ${path}: ${stderr}`);
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  for (const { path, content } of await generatedFiles()) {
    await Deno.writeTextFile(`${ROOT}${path}`, content);
  }
}
