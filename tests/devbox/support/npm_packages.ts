/**
 * Packages from the npm registry, fetched by the machine's npm for a layer.
 *
 * @module
 */
import { runCommand } from "../../../core/process.ts";

/** Installs exact versions into a directory's `node_modules`, without running any script of theirs. */
export async function installNpmPackages(
  path: string,
  ...specs: readonly string[]
): Promise<void> {
  const { code, stderr } = await runCommand("npm", [
    ...["install", "--prefix", path, "--ignore-scripts", "--no-audit", "--no-fund"],
    ...specs,
  ], { deadlineMs: 600_000 });
  if (code !== 0) throw new Error(`Cannot install ${specs.join(", ")}: ${stderr.trim()}`);
}

/** The version of a package that `deno.json` pins. */
export function pinnedVersion(name: string): string {
  const url = new URL("../../../deno.json", import.meta.url);
  const { imports } = JSON.parse(Deno.readTextFileSync(url));
  const version = /@([^@]+)$/.exec(imports[name] ?? "")?.[1];
  if (version === undefined) throw new Error(`Cannot tell the version of "${name}": not pinned`);
  return version;
}
