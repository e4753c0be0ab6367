/**
 * A few lines of code as a process of their own: what a test kills, signals or starves.
 *
 * @module
 */
import { ROOT } from "./program.ts";

/**
 * The arguments with which Deno runs `code`, with every permission. Modules are imported as
 * `@root/core/lines.ts`.
 *
 * @param code JavaScript, with top-level await.
 * @param args What it finds in `Deno.args`.
 */
export function snippetArgs(code: string, args: readonly string[] = []): string[] {
  const source = code.replaceAll('"@root/', `"file://${ROOT}`);
  return ["eval", "-q", "--config", `${ROOT}deno.json`, "--cached-only", source, ...args];
}
