/**
 * The end of a child and of all that it left behind.
 *
 * @module
 */
import { withDeadline } from "../../core/deadline.ts";
import { type Child, type ChildEnd, runCommand } from "../../core/process.ts";

/**
 * Stops a child, kills what is left of its process group and waits until its output has ended: a
 * busy machine takes a while for that, and the output would be a leak of the test.
 *
 * @param child The child.
 * @param deadlineMs How long it may take by itself, in milliseconds.
 */
export async function stopWhole(child: Child, deadlineMs?: number): Promise<ChildEnd> {
  const end = await child.stop(deadlineMs);
  // A shell, because util-linux has no kill(1) in Debian.
  await runCommand("/bin/sh", ["-c", 'kill -s KILL -- "-$1"', "sh", String(child.pid)]);
  await withDeadline(child.outputEnded, 60_000, "The last process of a test's child ending");
  return end;
}
