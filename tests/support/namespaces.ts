/**
 * Whether this machine lets its root make machines of their own: boxes and containers.
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";
import { runCommand } from "../../core/process.ts";

/**
 * Makes the namespaces that every box and container needs, for a moment, and mounts into them.
 *
 * @param action What is wanted of them, as in "boot dev boxes".
 * @throws {Fault} Where that is not allowed; else each test would find out by itself, minutes later.
 */
export async function demandNamespaces(action: string): Promise<void> {
  const namespaces = ["--mount", "--pid", "--net", "--fork", "--mount-proc"];
  const mount = ["mount", "-t", "tmpfs", "tmpfs", "/mnt"];
  const { code, stderr } = await runCommand("unshare", [...namespaces, "--", ...mount]);
  if (code === 0) return;
  throw new Fault(
    `Cannot ${action}: ${stderr.trim()}; this process may make no namespaces and mount nothing, ` +
      `must have CAP_SYS_ADMIN (in a container: --privileged)`,
    { code: "config" },
  );
}
