/**
 * Ports nobody listens on, and that no other test is given.
 *
 * Tests run at the same time, as threads and as processes. Each holds a slice of the ports of its own
 * by a lock on a file, which the kernel drops when it ends, however it ends.
 *
 * @module
 */

/**
 * Below the range the kernel takes ports of outgoing connections from (`ip_local_port_range`), and
 * above those that an updater rehearses on.
 */
const FIRST = 20_000;
const SLICE_SIZE = 200;
const SLICES = 60;

const slice = takeSlice();
let given = 0;

/** A TCP port that was free on 127.0.0.1 a moment ago; another one every time, for 200 times. */
export function freePort(): number {
  for (let tries = 0; tries < SLICE_SIZE; tries++) {
    const port = FIRST + slice * SLICE_SIZE + given++ % SLICE_SIZE;
    if (isFree(port)) return port;
  }
  throw new Error(`Cannot find a free port: all ${SLICE_SIZE} of slice ${slice} are in use`);
}

/** Takes a slice that nobody holds, for as long as this isolate lives. */
function takeSlice(): number {
  const directory = `${Deno.env.get("TMPDIR") ?? "/tmp"}/hearth-ports-${Deno.uid()}`;
  Deno.mkdirSync(directory, { recursive: true });
  // Not the first that is free: a port that was just given back may still be in use somewhere.
  const start = Math.floor(Math.random() * SLICES);
  for (let at = 0; at < SLICES; at++) {
    const slice = (start + at) % SLICES;
    const file = Deno.openSync(`${directory}/${slice}`, { write: true, create: true, mode: 0o600 });
    if (file.tryLockSync(true)) return slice;
    file.close();
  }
  throw new Error(`Cannot find free ports: all ${SLICES} slices are in use`);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
