/**
 * Builds one program of a host and makes sure that what was built starts it.
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";
import { runCommand } from "../../core/process.ts";
import { compileArguments, type CompileTarget } from "./compile_arguments.ts";
import type { HostProgram } from "./host_programs.ts";

/** What it is built with. */
export interface Compiler {
  /** The Deno that builds. */
  readonly deno: string;
  /** Variables for it, beside the program's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Deno could not get the binary that it puts programs into. */
export class BaseMissing extends Fault {}

const BUILD_MS = 300_000;

/**
 * Builds it in a directory of its own, tries it, and puts it in place in one step.
 *
 * @throws {BaseMissing} When the base binary cannot be downloaded: no other program can be built
 * either.
 * @throws {Fault} When it could not be built, or does not start the program.
 */
export async function compileProgram(
  program: HostProgram,
  target: CompileTarget,
  { deno, env = {} }: Compiler,
): Promise<void> {
  // Beside its place, for the rename; Deno leaves files there when it fails.
  const slash = target.output.lastIndexOf("/");
  const folder = await Deno.makeTempDir({ dir: target.output.slice(0, slash), prefix: ".build-" });
  const built = `${folder}/${program.name}`;
  try {
    const { code, stderr } = await runCommand(
      deno,
      compileArguments(program, { ...target, output: built }),
      { deadlineMs: BUILD_MS, env: { ...env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" } },
    );
    if (code !== 0) throw buildFault(program, code, stderr);
    await tryProgram(program, built);
    await Deno.rename(built, target.output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function buildFault({ name }: HostProgram, code: number, stderr: string): Fault {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const url = /error sending request for url \((https?:[^)\s]*denort[^)\s]*)\)/.exec(stderr)?.[1];
  if (url !== undefined) {
    return new BaseMissing(
      `Cannot compile: the binary that programs are put into cannot be downloaded (${url}: ` +
        `${innermostCause(lines)}); set DENORT_BIN to the denort of this Deno's version, or ` +
        'install the wrappers, which need none: "provision.ts host" writes them under the same names',
    );
  }
  const what = code >= 128
    ? `Deno crashed with ${code}, as it does when DENORT_BIN is no denort`
    : innermostCause(lines);
  return new Fault(`Cannot compile "${name}": ${what}`);
}

/** The last of the causes that Deno numbers, or what it says where there is one alone. */
function innermostCause(lines: readonly string[]): string {
  const causes = lines.filter((line) => /^\d+: (?!<unknown>)/.test(line));
  const line = causes.at(-1) ?? lines.find((each) => each.startsWith("error: "));
  return line?.replace(/^(?:\d+|error): /, "") ?? "Deno gave no cause";
}

/** Every program of ours answers a flag it does not know with 2 and one line that leads to its help. */
async function tryProgram({ name }: HostProgram, binary: string): Promise<void> {
  const flag = "--no-such-flag";
  const { code, stdout, stderr } = await runCommand(binary, [flag], { deadlineMs: 30_000 });
  const isOurs = new RegExp(`^[^\\n]*${flag}[^\\n]*--help[^\\n]*\\n$`).test(stderr);
  if (code === 2 && stdout === "" && isOurs) return;
  throw new Fault(
    `Cannot compile "${name}": what was built does not start the program (asked for ${flag}, it ` +
      `ended with ${code}); DENORT_BIN must be the denort of this Deno's version`,
  );
}
