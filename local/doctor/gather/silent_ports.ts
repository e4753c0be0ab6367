/**
 * Which servers of this machine listen and answer nobody: a process that hangs does both.
 *
 * @module
 */

/** A server that is well answers in milliseconds, and on a machine that is overloaded in seconds. */
const DEADLINE_MS = 15_000;

/**
 * Asks each by HTTP; any answer will do.
 *
 * @param ports Where somebody listens.
 * @param deadlineMs How long each may take.
 */
export async function gatherSilentPorts(
  ports: readonly number[],
  deadlineMs: number = DEADLINE_MS,
): Promise<readonly number[]> {
  const asked = await Promise.all(
    ports.map(async (port) => await isSilent(port, deadlineMs) ? [port] : []),
  );
  return asked.flat();
}

async function isSilent(port: number, deadlineMs: number): Promise<boolean> {
  try {
    // By name: the MCP server listens on whichever address it is, and answers to no other Host.
    const response = await fetch(`http://localhost:${port}/`, {
      redirect: "manual",
      signal: AbortSignal.timeout(deadlineMs),
    });
    await response.body?.cancel();
    return false;
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") return true;
    // Nobody is there, or somebody who speaks something else: who holds a port is told elsewhere.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
