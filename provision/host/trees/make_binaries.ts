/**
 * The programs as `deno task compile` built them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Fault } from "../../../core/fault.ts";
import { DONE } from "../../item.ts";
import { HOST_PROGRAMS } from "../../programs/host_programs.ts";
import type { TreeMaker } from "./install_tree.ts";
import { fileSeal } from "./walk_tree.ts";

/** Compiled programs. */
export interface Binaries {
  /** Where they are. */
  readonly directory: string;
  /** Which there are, by their installed names. */
  readonly names: readonly string[];
  /** Tells them from others. */
  readonly digest: string;
}

/**
 * Looks for them.
 *
 * @param directory Where they were built.
 * @throws {Fault} With code `config` when none is there.
 */
export async function loadBinaries(directory: string): Promise<Binaries> {
  const present = new Set<string>();
  try {
    for await (const { name, isFile } of Deno.readDir(directory)) if (isFile) present.add(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const names = HOST_PROGRAMS.map(({ name }) => name).filter((name) => present.has(name)).sort();
  if (names.length === 0) {
    throw new Fault(
      `Cannot install the programs of "${directory}" (host.binaries): none is there, must be ` +
        `built by "deno task compile --output ${directory}"`,
      { code: "config" },
    );
  }
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name} ${fileSeal(`${directory}/${name}`).sha256}\n`);
  return { directory, names, digest: hash.digest("hex") };
}

/** Copies them. */
export function binariesMaker({ directory, names }: Binaries): TreeMaker {
  return {
    isRelease: true,
    async make(into) {
      await Deno.mkdir(into);
      for (const name of names) {
        await Deno.copyFile(`${directory}/${name}`, `${into}/${name}`);
        await Deno.chmod(`${into}/${name}`, 0o755);
      }
      return DONE;
    },
  };
}
