/**
 * Alerts -> rules of Prometheus, plain and as the operator's object. Pure.
 *
 * @module
 */
import { stringify } from "yaml";
import type { Alert, AlertGroup } from "./alert.ts";

/** How rules differ from what their alerts say. */
export interface RuleOptions {
  /** What each `for:` becomes, in seconds; a drill does not wait for days. */
  readonly forSeconds?: (alert: Alert) => number;
  /** What each expression becomes. */
  readonly expr?: (alert: Alert) => string;
}

/** A document of Prometheus: `groups`, each with `rules`. */
export interface RuleDocument {
  /** The groups. */
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly for?: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string; readonly runbook: string };
    }[];
  }[];
}

/** Makes the rules. */
export function ruleDocument(
  groups: readonly AlertGroup[],
  { forSeconds = (alert) => alert.forSeconds, expr = (alert) => alert.expr }: RuleOptions = {},
): RuleDocument {
  return {
    groups: groups.map(({ name, alerts }) => ({
      name,
      rules: alerts.map((alert) => {
        const seconds = forSeconds(alert);
        return {
          alert: alert.name,
          expr: expr(alert),
          ...(seconds === 0 ? {} : { for: duration(seconds) }),
          labels: { severity: alert.severity },
          annotations: { summary: alert.summary, runbook: runbookOf(alert) },
        };
      }),
    })),
  };
}

/** Where an alert's page is, from the repository's root. */
export function runbookOf({ name }: Alert): string {
  return `docs/runbooks/${name}.md`;
}

/** A file for `rule_files` of a Prometheus that somebody runs by hand. */
export function rulesYaml(document: RuleDocument): string {
  return `${HEAD}${yaml(document)}`;
}

/** The same rules as an object of the Prometheus operator. */
export function prometheusRuleYaml(name: string, document: RuleDocument): string {
  return HEAD + yaml({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name },
    spec: document,
  });
}

const HEAD = "# Made from monitoring/alerts.ts by `deno task generate`.\n";

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

/** In the largest unit that leaves nothing over, as Prometheus writes it. */
function duration(seconds: number): string {
  for (const [unit, size] of [["d", 86_400], ["h", 3_600], ["m", 60]] as const) {
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return `${seconds}s`;
}
