/**
 * Packages from the npm registry, fetched by the machine's npm for a layer.
 *
 * @module
 */
import { runCommand } from "../../../core/process.ts";

/** A directory with `node_modules`, removed with its content. */
export interface NpmPackages extends AsyncDisposable {
  /** The directory. */
  readonly path: string;
}

/** Installs exact versions, without running any script of theirs. */
export async function npmPackages(...specs: readonly string[]): Promise<NpmPackages> {
  const path = await Deno.makeTempDir({ prefix: "hearth-npm-" });
  const packages = {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
  const { code, stderr } = await runCommand("npm", [
    ...["install", "--prefix", path, "--ignore-scripts", "--no-audit", "--no-fund"],
    ...specs,
  ], { deadlineMs: 600_000 });
  if (code === 0) return packages;
  await packages[Symbol.asyncDispose]();
  throw new Error(`Cannot install ${specs.join(", ")}: ${stderr.trim()}`);
}

/** The version of a package that `deno.json` pins. */
export function pinnedVersion(name: string): string {
  const url = new URL("../../../deno.json", import.meta.url);
  const { imports } = JSON.parse(Deno.readTextFileSync(url));
  const version = /@([^@]+)$/.exec(imports[name] ?? "")?.[1];
  if (version === undefined) throw new Error(`Cannot tell the version of "${name}": not pinned`);
  return version;
}
