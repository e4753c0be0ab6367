/**
 * The instances of a comparison, as a process of Node.
 *
 * @module
 */
import { startChild } from "../../core/process.ts";
import { nodeBinDir } from "../../tests/t3_fixture/node_program.ts";
import { say } from "../report.ts";

/** Instances that listen. */
export interface Running extends AsyncDisposable {
  /** What the script said after "ready". */
  readonly said: string;
}

/**
 * Starts them.
 *
 * @param script A file beside this one, which prints "ready" and where it listens.
 * @param args Its arguments.
 */
export async function startNode(script: string, ...args: readonly string[]): Promise<Running> {
  const ready = Promise.withResolvers<string>();
  const child = startChild({
    command: `${await nodeBinDir()}/node`,
    args: ["--no-warnings", new URL(script, import.meta.url).pathname, ...args],
    onLine(line) {
      if (line.startsWith("ready ")) ready.resolve(line.slice(6));
      else say(line);
    },
  });
  child.ended.then(() => ready.reject(new Error(`${script} ended`)));
  return { said: await ready.promise, [Symbol.asyncDispose]: async () => void await child.stop() };
}
