/**
 * Hearth's own programs: sources, the Deno that runs them, and the packages they use, so that they
 * start without any network.
 *
 * @module
 */
import { DONE, type Outcome } from "../../item.ts";
import { PACKAGES_DIR, PACKAGES_URL } from "../../programs/packages_url.ts";
import { failed } from "../../real/outcome.ts";
import type { RunTool } from "../../real/run_tool.ts";
import type { AppSources } from "../app/app_sources.ts";
import type { TreeMaker } from "./install_tree.ts";
import { findPackage } from "./find_package.ts";
import { runDeno } from "./run_deno.ts";

/** What making the programs needs. */
export interface AppDeps {
  /** Runs programs. */
  readonly runTool: RunTool;
  /** The Deno that runs now, and is installed with them. */
  readonly deno: string;
  /** Its variables. */
  readonly env: Readonly<Record<string, string>>;
}

const CACHE = "deno_dir";
const OFFLINE = ["--quiet", "--cached-only", "--frozen", "--node-modules-dir=none"];

/** Makes `bin/deno`, the sources and `deno_dir/`. */
export function appMaker(sources: AppSources, { runTool, deno, env }: AppDeps): TreeMaker {
  const programs = sources.scripts.map((name) => `${name}.ts`);
  const offline = (path: string) => ({
    deno: `${path}/bin/deno`,
    cwd: path,
    env: { ...env, DENO_DIR: `${path}/${CACHE}`, NPM_CONFIG_REGISTRY: PACKAGES_URL },
  });
  return {
    isRelease: true,
    async make(into, work) {
      await Deno.mkdir(into, { recursive: true });
      for (const [path, content] of sources.files) {
        await Deno.mkdir(`${into}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
        await Deno.writeFile(`${into}/${path}`, content);
      }
      await Deno.mkdir(`${into}/bin`);
      await Deno.copyFile(deno, `${into}/bin/deno`);
      await Deno.chmod(`${into}/bin/deno`, 0o755);
      const fetched = await runDeno(runTool, {
        deno,
        args: ["cache", "--quiet", "--frozen", "--node-modules-dir=none", ...programs],
        cwd: into,
        env: { ...env, DENO_DIR: `${work}/cache` },
      });
      if (!fetched.isDone) return fetched;
      const kept = await keepPackages(`${work}/cache/npm`, `${into}/${CACHE}/npm/${PACKAGES_DIR}`);
      return kept.isDone ? await allStart(into) : kept;
    },
    // What Deno notes while it runs.
    isLeftOut: (path) => path.startsWith(`${CACHE}/`) && !path.startsWith(`${CACHE}/npm/`),
    async finish(path) {
      // What Deno makes of the sources is kept by their path. It checks what it kept itself.
      await runDeno(runTool, { ...offline(path), args: ["cache", ...OFFLINE, ...programs] });
      for await (const { name, isFile } of Deno.readDir(`${path}/${CACHE}`)) {
        if (isFile) await Deno.remove(`${path}/${CACHE}/${name}`);
      }
      await runTool({
        command: "/usr/bin/chmod",
        args: ["--recursive", "u=rwX,go=rX", "--", `${path}/${CACHE}`],
      });
    },
  };

  /** Packages lie where no registry of a user's settings can change what is found. */
  async function keepPackages(from: string, to: string): Promise<Outcome> {
    const lock: { npm: Record<string, unknown> } = JSON.parse(
      new TextDecoder().decode(sources.files.get("deno.lock")),
    );
    for (const key of Object.keys(lock.npm)) {
      const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
      const found = await findPackage(from, name, version);
      if (found === undefined) return failed(`Deno did not keep "${key}" where it used to`);
      await Deno.mkdir(`${to}/${name}`, { recursive: true });
      await Deno.rename(found, `${to}/${name}/${version}`);
    }
    return DONE;
  }

  /** Nothing was forgotten: each program prints its help without the network. */
  async function allStart(path: string): Promise<Outcome> {
    for (const name of sources.scripts) {
      const args = ["run", "--no-prompt", ...OFFLINE, `-P=${name}`, `${name}.ts`, "--help"];
      const started = await runDeno(runTool, { ...offline(path), args });
      if (!started.isDone) return failed(`${name}.ts does not start offline: ${started.error}`);
    }
    return DONE;
  }
}
