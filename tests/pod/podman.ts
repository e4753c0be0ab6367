/**
 * podman as the tests use it: without systemd, events in a file, no more limits than the machine has.
 *
 * @module
 */
import { type CommandResult, runCommand } from "../../core/process.ts";

const CONFIG = `[containers]
default_ulimits=["nofile=20000:20000","nproc=32768:32768"]
[engine]
runtime="runc"
cgroup_manager="cgroupfs"
events_logger="file"
[network]
network_backend="cni"
`;

let configFile: string | undefined;

/** The variables podman and buildah are given. */
export function podmanEnv(): Readonly<Record<string, string>> {
  if (configFile === undefined) {
    configFile = Deno.makeTempFileSync({ prefix: "hearth-containers-", suffix: ".conf" });
    Deno.writeTextFileSync(configFile, CONFIG);
  }
  return { CONTAINERS_CONF: configFile };
}

/** Runs podman; a non-zero exit code is a result. */
export async function tryPodman(
  args: readonly string[],
  deadlineMs = 120_000,
): Promise<CommandResult> {
  return await runCommand("/usr/bin/podman", args, { env: podmanEnv(), deadlineMs });
}

/**
 * Runs podman.
 *
 * @returns What it printed, without the blanks around.
 * @throws {Error} When it fails.
 */
export async function podman(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tryPodman(args);
  if (code !== 0) throw new Error(`podman ${args.join(" ")} failed: ${stderr}`);
  return stdout.trim();
}
