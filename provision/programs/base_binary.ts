/**
 * The binary that `deno compile` puts a program into (`denort`), where the machine was given one.
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";
import { runCommand } from "../../core/process.ts";
import { errorText } from "../../core/error_text.ts";

/**
 * Refuses a base that builds binaries which do not start the program.
 *
 * A whole Deno is taken for a base by `deno compile`, and what it builds starts a prompt.
 *
 * @param path The value of `DENORT_BIN`.
 * @throws {Fault} With code `config` when it cannot be run, or is a whole Deno.
 */
export async function checkBaseBinary(path: string): Promise<void> {
  const wanted = "must be the denort of this Deno's version";
  let printed: string;
  try {
    const { stdout } = await runCommand(path, ["--version"], { deadlineMs: 10_000 });
    printed = stdout;
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such program"
      : errorText(error);
    throw new Fault(`Cannot use DENORT_BIN "${path}": ${why}, ${wanted}`, {
      code: "config",
      cause: error,
    });
  }
  if (/^deno \d/.test(printed)) {
    throw new Fault(
      `Cannot use DENORT_BIN "${path}": it is a whole Deno, and what it builds starts a prompt ` +
        `instead of the program; it ${wanted}`,
      { code: "config" },
    );
  }
}
