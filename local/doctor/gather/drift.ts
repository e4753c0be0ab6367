/**
 * What the provisioner would change, by its `host --plan --json`: the machine and its users.
 *
 * @module
 */
import { z } from "zod";
import type { DriftFact, DriftItem } from "../facts.ts";
import { look } from "./read_text.ts";
import { runTool } from "./run_tool.ts";

/** It reads every file that it ever installed. */
const DEADLINE_MS = 300_000;

/** The provisioner of a dev box, which compares the machine with the release it is of. */
const INSTALLED = "/usr/local/bin/hearth-provision";

const ITEM = z.object({
  type: z.literal("item"),
  scope: z.string(),
  resource: z.string(),
  result: z.string(),
  summary: z.string().default(""),
  fix: z.string().optional(),
});

/**
 * Asks it, under its own permission set. It writes nothing.
 *
 * @param root Where `provision.ts` is, with a slash at its end: asked where none is installed.
 * @param config Where `roster.yaml` and its companions are.
 */
export async function gatherDrift(root: string, config: string): Promise<DriftFact> {
  const [command, ...args] = await look(INSTALLED) === undefined
    ? [
      ...[Deno.execPath(), "run", "-q", "--no-prompt", "--cached-only", "--frozen"],
      ...["-P=provision", `--config=${root}deno.json`, `${root}provision.ts`],
    ]
    : [INSTALLED];
  const { code, stdout, stderr } = await runTool(command ?? INSTALLED, [
    ...args,
    ...["host", "--plan", "--json", "--config", config],
  ], { deadlineMs: DEADLINE_MS });
  return parseDrift(stdout, stderr, code);
}

/** Reads its lines: what is as it should be is left out. */
export function parseDrift(stdout: string, stderr: string, code: number): DriftFact {
  const items = stdout.split("\n").flatMap((line): readonly DriftItem[] => {
    const read = ITEM.safeParse(readJson(line)).data;
    if (read === undefined || read.result === "ok" || read.result === "skipped") return [];
    const { scope, resource, result, summary, fix } = read;
    return [{ scope, resource, result, summary, fix }];
  });
  const hasEnded = /^\{"version":1,"type":"end"/m.test(stdout);
  const said = stderr.trim().split("\n").at(-1) ?? "";
  return {
    items,
    error: hasEnded ? undefined : said === "" ? `the provisioner ended with ${code}` : said,
  };
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A line of something else than the report.
    return undefined;
  }
}
