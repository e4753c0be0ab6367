/**
 * Which ports a pipeline on this machine uses: `ports.json` in its data directory, while it runs.
 *
 * @module
 */
import { z } from "zod";
import { writeFileAtomic } from "../core/atomic_file.ts";
import { isOutOfReach } from "./out_of_reach.ts";
import { DEFAULT_PORTS, type PartPorts } from "./parts.ts";

const PORT = z.number().int().min(1).max(65_535);
const NAMES = Object.keys(DEFAULT_PORTS) as readonly (keyof PartPorts)[];
const PORTS_FILE = z.object({
  version: z.literal(1),
  ports: z.object(
    Object.fromEntries(NAMES.map((name) => [name, PORT])) as Record<keyof PartPorts, typeof PORT>,
  ),
});

/** Writes them. */
export async function writePorts(dataDir: string, ports: PartPorts): Promise<void> {
  await writeFileAtomic(pathIn(dataDir), `${JSON.stringify({ version: 1, ports })}\n`, {
    mode: 0o600,
  });
}

/** Removes the file; it may be gone already. */
export async function forgetPorts(dataDir: string): Promise<void> {
  try {
    await Deno.remove(pathIn(dataDir));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Reads them.
 *
 * @returns The usual ones where no pipeline has said otherwise.
 */
export async function readPorts(dataDir: string): Promise<PartPorts> {
  try {
    return parsePorts(await Deno.readTextFile(pathIn(dataDir)));
  } catch (error) {
    if (isOutOfReach(error)) return DEFAULT_PORTS;
    throw error;
  }
}

/** Reads the file's text; the usual ports where it is none of this version. */
export function parsePorts(text: string): PartPorts {
  try {
    return PORTS_FILE.safeParse(JSON.parse(text)).data?.ports ?? DEFAULT_PORTS;
  } catch {
    // Not JSON: somebody else's, or half a disk.
    return DEFAULT_PORTS;
  }
}

function pathIn(dataDir: string): string {
  return `${dataDir}/ports.json`;
}
