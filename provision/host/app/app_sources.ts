/**
 * Hearth's own sources, as a host gets them: the programs of `host_programs.ts`, what they import,
 * and the files they install. Nothing of tests, benchmarks or the pod.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Fault } from "../../../core/fault.ts";
import { HOST_PROGRAMS } from "../../programs/host_programs.ts";
import { type SystemFile, systemFiles } from "../system_file.ts";
import { sourceGraph } from "./source_graph.ts";
import { trimConfig, trimLock } from "./trim_config.ts";

/** What a host gets of the sources. */
export interface AppSources {
  /** Tells this release from others, on this Deno. */
  readonly digest: string;
  /** Contents by path below the root. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Root programs that there are, without `.ts`. */
  readonly scripts: readonly string[];
  /** The files that a machine gets as they are. */
  readonly systemFiles: readonly SystemFile[];
}

/** Where the MCP server's lock file is. */
export const MCP_LOCK_DIR = "provision/host/mcp";

const SYSTEM_DIR = "systemd";
/** Where an installation is, when it installs itself. */
const INSTALLED = /\/opt\/hearth\/app\/([0-9a-f]{64})\/?$/;

/**
 * Reads them.
 *
 * @param root The repository, or an installation of it.
 * @param denoVersion The Deno that they are installed with.
 * @throws {Fault} When they are an installation that is not as it was made: installing it again
 * would spread what was changed.
 */
export async function loadAppSources(root: string, denoVersion: string): Promise<AppSources> {
  const present = new Set(await filesBelow(root, "", false));
  const names = [...new Set(HOST_PROGRAMS.map(({ script }) => script))];
  const scripts = names.filter((name) => present.has(`${name}.ts`)).sort();
  const read = (path: string) => Deno.readTextFile(`${root}/${path}`);
  const { modules, packages } = await sourceGraph(scripts.map((name) => `${name}.ts`), read);
  const config = trimConfig(await read("deno.json"), packages);
  const lock = trimLock(await read("deno.lock"), config);
  const files = new Map<string, Uint8Array>();
  const put = (path: string, text: string) => files.set(path, new TextEncoder().encode(text));
  for (const [path, text] of modules) put(path, text);
  put("deno.json", config);
  put("deno.lock", lock);
  const system = new Map<string, Uint8Array>();
  for (const path of await filesBelow(root, `${SYSTEM_DIR}/`, true)) {
    if (path.endsWith(".ts")) continue;
    const content = await Deno.readFile(`${root}/${path}`);
    files.set(path, content);
    system.set(path.slice(SYSTEM_DIR.length + 1), content);
  }
  for (const name of ["package.json", "package-lock.json"]) {
    put(`${MCP_LOCK_DIR}/${name}`, await read(`${MCP_LOCK_DIR}/${name}`));
  }
  const digest = digestOfFiles(files, denoVersion);
  const installed = INSTALLED.exec(root)?.[1];
  if (installed !== undefined && installed !== digest) {
    throw new Fault(
      `Cannot install from "${root}": its files were changed, must be as they were installed; ` +
        "run it from a checkout",
    );
  }
  return { digest, files, scripts, systemFiles: systemFiles(system) };
}

function digestOfFiles(files: ReadonlyMap<string, Uint8Array>, denoVersion: string): string {
  const hash = createHash("sha256").update(`deno ${denoVersion}\n`);
  for (const path of [...files.keys()].sort()) {
    const content = files.get(path) ?? new Uint8Array();
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

async function filesBelow(
  root: string,
  prefix: string,
  isDeep: boolean,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name, isFile, isDirectory } of Deno.readDir(`${root}/${prefix}`)) {
    if (isFile) found.push(`${prefix}${name}`);
    else if (isDirectory && isDeep) {
      found.push(...await filesBelow(root, `${prefix}${name}/`, isDeep));
    }
  }
  return found.sort();
}
