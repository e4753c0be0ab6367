/**
 * Runs benchmarks: `deno task bench [NAME …] [--json]`.
 *
 * @module
 */
import { defineCommand, parseCommand, usageFault } from "../core/command.ts";
import { runProgram } from "../core/program.ts";
import { type BenchReport, reportTable } from "./report.ts";

/** What a benchmark module exports. */
interface BenchModule {
  /** Measures; says on standard error what it is doing. */
  readonly measure: () => Promise<BenchReport>;
}

const BENCHMARKS: Readonly<Record<string, () => Promise<BenchModule>>> = {
  bridge: () => import("./bridge.ts"),
  dispatch: () => import("./dispatch.ts"),
  dispatch_sockets: () => import("./dispatch_sockets.ts"),
  fidelity: () => import("./fidelity.ts"),
  freshness: () => import("./freshness.ts"),
  snapshot_server: () => import("./snapshot_server.ts"),
  status_page: () => import("./status_page.ts"),
  harvest: () => import("./harvest.ts"),
  roster: () => import("./roster.ts"),
  provision: () => import("./provision.ts"),
  autoupdate: () => import("./autoupdate.ts"),
};

await runProgram("bench", async ({ args, print, signal }) => {
  const names = Object.keys(BENCHMARKS);
  const command = defineCommand({
    name: "bench",
    description: `Measure, side by side with peers: ${names.join(", ")}.`,
    examples: [
      ["bench", "all of them, as tables"],
      ["bench freshness --json", "one of them, as a JSON object a line"],
    ],
  }).argument("[names...]", "which benchmarks").option("--json", "one JSON object per benchmark");
  if (parseCommand(command, args) === "done") return;
  // What a benchmark started dies with it, and nothing it made is worth waiting for.
  signal.addEventListener("abort", () => Deno.exit(130));
  const wanted = command.args.length === 0 ? names : command.args;
  for (const name of wanted) {
    const load = BENCHMARKS[name];
    if (load === undefined) {
      throw usageFault(`Unknown benchmark "${name}", must be one of ${names.join(", ")}`, "bench");
    }
    const report = await (await load()).measure();
    print(command.opts().json ? `${JSON.stringify(report)}\n` : `${reportTable(report)}\n`);
  }
});
