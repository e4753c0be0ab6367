/**
 * Rows of panels -> a dashboard of Grafana. Pure.
 *
 * @module
 */
import type { Panel, Row } from "./panels.ts";

/** Grafana's grid is 24 wide. */
const [WIDTH, HEIGHT] = [8, 8];
const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

/** What Grafana imports. */
export interface Dashboard {
  /** Rows' heads and panels. */
  readonly panels: readonly DashboardPanel[];
  /** Everything else. */
  readonly [setting: string]: unknown;
}

/** A row's head, which has no targets, or a panel. */
export interface DashboardPanel {
  /** Unique in the dashboard. */
  readonly id: number;
  /** `row`, `timeseries` or `stat`. */
  readonly type: string;
  /** Its title. */
  readonly title: string;
  /** Where it is. */
  readonly gridPos: {
    readonly h: number;
    readonly w: number;
    readonly x: number;
    readonly y: number;
  };
  /** What it asks. */
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  /** How it looks. */
  readonly [setting: string]: unknown;
}

/** The dashboard of these rows. */
export function dashboard(rows: readonly Row[]): Dashboard {
  const panels: DashboardPanel[] = [];
  let y = 0;
  const id = () => panels.length + 1;
  for (const { title, panels: ofRow } of rows) {
    panels.push({ id: id(), type: "row", title, gridPos: { h: 1, w: 24, x: 0, y }, panels: [] });
    y += 1;
    for (const [at, panel] of ofRow.entries()) {
      const line = Math.floor(at / 3);
      const gridPos = { h: HEIGHT, w: WIDTH, x: at % 3 * WIDTH, y: y + line * HEIGHT };
      panels.push({ id: id(), ...drawn(panel), gridPos });
    }
    y += Math.ceil(ofRow.length / 3) * HEIGHT;
  }
  return {
    title: "Hearth",
    uid: "hearth",
    schemaVersion: 39,
    tags: ["hearth"],
    time: { from: "now-24h", to: "now" },
    refresh: "1m",
    templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus" }] },
    panels,
  };
}

function drawn({ title, unit, kind = "timeseries", queries }: Panel) {
  return {
    type: kind,
    title,
    datasource: DATASOURCE,
    fieldConfig: { defaults: { unit }, overrides: [] },
    ...(kind === "stat" ? { options: { textMode: "value_and_name" } } : {}),
    targets: queries.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + at),
      expr,
      legendFormat,
      ...(kind === "stat" ? { instant: true } : {}),
    })),
  };
}
