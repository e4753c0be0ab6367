/**
 * Gathers what a machine is planned from: the sources, the programs, the processor.
 *
 * @module
 */
import type { EnvReader } from "../../core/env.ts";
import type { ScopePlan } from "../drive.ts";
import { MACHINE } from "../item.ts";
import { HOST_PROGRAMS } from "../programs/host_programs.ts";
import { renderWrapper } from "../programs/render_wrapper.ts";
import type { Settings } from "../settings.ts";
import { type AppSources, loadAppSources } from "./app/app_sources.ts";
import { type HostPerformers, hostPerformers } from "./host_performers.ts";
import { type HostInputs, planHost } from "./plan_host.ts";
import { TREES_DIR } from "./tree_step.ts";
import { makeToken } from "../secrets/make_token.ts";
import { checkTree } from "./trees/check_tree.ts";
import { type Binaries, loadBinaries } from "./trees/make_binaries.ts";

/** What gathering needs. */
export interface LoadHostDeps {
  /** The repository, or an installation of it, without a slash at its end. */
  readonly root: string;
  /** The program's variables. */
  readonly env: EnvReader;
}

/** A machine that can be planned and changed. */
export interface LoadedHost {
  /** The machine's one scope. */
  readonly scope: ScopePlan;
  /** What carries out its actions. */
  readonly performers: HostPerformers;
}

/**
 * Gathers.
 *
 * @param settings What the settings say.
 * @param deps Where to look.
 * @throws {Fault} When the sources are an installation that was changed.
 */
export async function loadHost(
  settings: Settings,
  { root, env }: LoadHostDeps,
): Promise<LoadedHost> {
  const sources = await loadAppSources(root, Deno.version.deno);
  const directory = settings.host.binaries;
  const binaries = directory === null ? undefined : await loadBinaries(directory);
  const architecture = architectureOf(Deno.build.arch);
  const inputs: HostInputs = {
    settings: settings.host,
    architecture,
    files: sources.systemFiles,
    ...programsOf(sources, settings.snapshot?.url, binaries),
    binariesDigest: binaries?.digest,
    appDigest: sources.digest,
    checkTree,
    makeToken,
  };
  const deno = Deno.execPath();
  return {
    scope: { scope: MACHINE, steps: (context) => planHost(context, inputs) },
    performers: hostPerformers({ env, deno, architecture, root, sources, binaries }),
  };
}

/** What starts each program, and why some cannot be started. A binary is preferred to a wrapper. */
export function programsOf(
  { scripts }: Pick<AppSources, "scripts">,
  snapshotUrl: string | undefined,
  binaries?: Binaries,
): Pick<HostInputs, "programs" | "leftOut"> {
  const programs: { name: string; content: Uint8Array }[] = [];
  const leftOut: { name: string; why: string }[] = [];
  for (const program of HOST_PROGRAMS) {
    const { name, script, reach } = program;
    if (binaries?.names.includes(name)) {
      const text = `#!/bin/sh\nexec ${TREES_DIR}/binaries/current/${name} "$@"\n`;
      programs.push({ name, content: new TextEncoder().encode(text) });
    } else if (!scripts.includes(script)) {
      leftOut.push({ name, why: `this release has no ${script}.ts` });
    } else if (reach === "snapshot" && snapshotUrl === undefined) {
      leftOut.push({ name, why: "the settings have no snapshot.url" });
    } else {
      const text = renderWrapper(program, snapshotUrl === undefined ? {} : { snapshotUrl });
      programs.push({ name, content: new TextEncoder().encode(text) });
    }
  }
  return { programs, leftOut };
}

/** Debian's name of a processor. */
function architectureOf(arch: string): HostInputs["architecture"] {
  return arch === "x86_64" ? "amd64" : arch === "aarch64" ? "arm64" : undefined;
}
