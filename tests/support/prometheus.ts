/**
 * A real Prometheus for a test: scrapes four times a second and judges every second.
 *
 * @module
 */
import { startChild } from "../../core/process.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free_port.ts";
import { stopWhole } from "./stop_whole.ts";

/** A Prometheus that runs. */
export interface TestPrometheus extends AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** Its process id. */
  readonly pid: number;
  /** The values of a query, by the text of their labels. */
  query(expr: string): Promise<readonly { metric: Record<string, string>; value: string }[]>;
  /** Waits until an alert fires, for the series with these labels (`user="ada"`). */
  fires(alert: string, labels?: string): Promise<void>;
  /** Waits until it does not fire for any of them. */
  clears(alert: string, labels?: string): Promise<void>;
}

/** What a job scrapes: `host:port`, or more of what a scrape configuration can say. */
export type TestTarget = string | { readonly target: string; readonly [setting: string]: unknown };

/**
 * Starts it.
 *
 * @param rules The rules.
 * @param targets What it scrapes, by job.
 * @param settings More of its configuration.
 */
export async function startPrometheus(
  rules: string,
  targets: Readonly<Record<string, TestTarget>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<TestPrometheus> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-prometheus-" });
  const port = freePort();
  await Deno.writeTextFile(`${directory}/rules.yaml`, rules);
  await Deno.writeTextFile(
    `${directory}/prometheus.yaml`,
    JSON.stringify({
      global: { scrape_interval: "250ms", scrape_timeout: "250ms", evaluation_interval: "1s" },
      rule_files: [`${directory}/rules.yaml`],
      scrape_configs: Object.entries(targets).map(([job_name, each]) => {
        const { target, ...more } = typeof each === "string" ? { target: each } : each;
        return {
          job_name,
          scrape_interval: "1s",
          scrape_timeout: "1s",
          static_configs: [{ targets: [target] }],
          ...more,
        };
      }),
      ...settings,
    }),
  );
  const lines: string[] = [];
  const child = startChild({
    command: "/usr/bin/prometheus",
    args: [
      `--config.file=${directory}/prometheus.yaml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--rules.alert.resend-delay=1s",
    ],
    onLine: (line) => lines.push(line),
  });
  async function query(expr: string) {
    const response = await fetch(
      `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`,
    );
    const { data } = await response.json();
    return data.result.map(({ metric, value }: {
      metric: Record<string, string>;
      value: [number, string];
    }) => ({ metric, value: value[1] }));
  }
  const firing = (alert: string, labels = "") =>
    `ALERTS{alertname="${alert}",alertstate="firing",${labels}}`;
  const prometheus: TestPrometheus = {
    port,
    pid: child.pid,
    query,
    async fires(alert, labels) {
      // Over a while: an alert that fired between two looks has fired.
      const look = async () =>
        (await query(`max_over_time(${firing(alert, labels)}[10s])`)).length > 0;
      await eventually(`${alert} firing`, look, 120_000);
    },
    async clears(alert, labels) {
      const look = async () => (await query(firing(alert, labels))).length === 0;
      await eventually(`${alert} clearing`, look, 120_000);
    },
    async [Symbol.asyncDispose]() {
      await stopWhole(child, 10_000);
      await Deno.remove(directory, { recursive: true });
    },
  };
  try {
    await eventually("Prometheus being ready", async () => {
      const response = await fetch(`http://127.0.0.1:${port}/-/ready`);
      await response.body?.cancel();
      return response.ok;
    }, 30_000);
  } catch (error) {
    await prometheus[Symbol.asyncDispose]();
    throw new Error(`${error}\n${lines.join("\n")}`, { cause: error });
  }
  return prometheus;
}
