/**
 * What `deno compile` is told for each program of a host.
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";
import type { HostProgram } from "./host_programs.ts";
import { snapshotAddress } from "./snapshot_address.ts";

/** What a binary is built for. */
export interface CompileTarget {
  /** The repository's root, with a slash at the end. */
  readonly root: string;
  /** The binary. */
  readonly output: string;
  /** The snapshot's URL on the hosts it is for; needed by the program that reaches it. */
  readonly snapshotUrl?: string;
}

/**
 * The arguments of Deno that build a program.
 *
 * A binary has its permissions and fixed arguments in it. What differs from user to user cannot be in
 * there, so that of the snapshot's copy may write to any home: the user's own rights are what limits
 * it, where a wrapper (`render_wrapper.ts`) also has Deno's.
 *
 * @throws {Fault} With code `usage` when the program needs the snapshot's URL and there is none.
 */
export function compileArguments(
  program: HostProgram,
  { root, output, snapshotUrl }: CompileTarget,
): readonly string[] {
  const { name, script, args } = program;
  if (program.reach === "snapshot" && snapshotUrl === undefined) {
    throw new Fault(
      `Cannot compile "${name}": its binary can reach one server only, so --snapshot-url must name it`,
      { code: "usage" },
    );
  }
  const reach = program.reach === "snapshot" && snapshotUrl !== undefined
    ? [
      `--allow-net=${snapshotAddress(snapshotUrl)}`,
      "--allow-read=/home,/run/credentials",
      "--allow-write=/home",
    ]
    : [];
  return [
    "compile",
    "--quiet",
    "--no-prompt",
    "--no-check",
    "--frozen",
    // Only the packages the program imports, not everything that tests need.
    "--node-modules-dir=none",
    `-P=${script}`,
    ...reach,
    `--output=${output}`,
    `${root}${script}.ts`,
    ...args,
  ];
}
