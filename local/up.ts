/**
 * `hearth up`: the whole pipeline on this machine.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Clock } from "../core/clock.ts";
import type { EnvReader } from "../core/env.ts";
import type { Logger } from "../core/log.ts";
import { choosePort } from "./choose_port.ts";
import { denoCommand } from "./deno_command.ts";
import { type DataDir, openDataDir } from "./data_dir.ts";
import { findNode } from "./find_node.ts";
import { DEFAULT_PORTS, type PartPorts, pipelineParts } from "./parts.ts";
import { type Pipeline, startPipeline } from "./pipeline.ts";
import { forgetPorts, writePorts } from "./ports_file.ts";
import type { Printer } from "./printer.ts";
import type { PermissionSet } from "./scoped_flags.ts";
import { wirings } from "./wiring.ts";

/** What the pipeline is started with. */
export interface UpOptions {
  /** The data directory, absolute. */
  dataDir: string;
  /** Where the browser's windows go. */
  mode: "virtual" | "display" | "headless";
  /** Shows what happens. */
  printer: Printer;
  /** The program's environment, for PATH. */
  env: EnvReader;
  /** Time. */
  clock: Clock;
  /** Log. */
  log: Logger;
}

/** A pipeline that works, and where it is. */
export interface UpPipeline extends Pipeline {
  /** Its files. */
  readonly data: DataDir;
  /** Its ports. */
  readonly ports: PartPorts;
}

/**
 * Starts the pipeline and waits until every part works.
 *
 * @param options Data directory, mode and effects.
 * @param signal Aborted when the start should be given up.
 * @throws {Fault} When a part does not come up.
 */
export async function bringUp(options: UpOptions, signal: AbortSignal): Promise<UpPipeline> {
  const { dataDir, mode, printer, env, clock, log } = options;
  const data = await openDataDir(dataDir);
  try {
    const root = fileURLToPath(new URL("../", import.meta.url));
    const ports = choosePorts(printer);
    await writePorts(data.path, ports);
    const parts = pipelineParts({
      data,
      ports,
      root,
      deno: Deno.execPath(),
      node: await findNode(env),
      sets: JSON.parse(await Deno.readTextFile(`${root}deno.json`)).permissions as Readonly<
        Record<string, PermissionSet>
      >,
      mode,
      isRoot: Deno.uid() === 0,
    });
    const pipeline = await startPipeline({
      parts,
      clock,
      log,
      onLine: printer.part,
      onReady(name, afterMs) {
        printer.say(`  ✓ ${name.padEnd(16)} after ${(afterMs / 1_000).toFixed(1)} s`);
      },
    }, signal);
    return {
      data,
      ports,
      async stop() {
        await pipeline.stop();
        await forgetPorts(data.path);
        data[Symbol.dispose]();
      },
    };
  } catch (error) {
    await forgetPorts(data.path);
    data[Symbol.dispose]();
    throw error;
  }
}

/** What to do now, once everything works. */
export function upBanner({ data, ports }: Pick<UpPipeline, "data" | "ports">): string {
  const mcp = `http://localhost:${ports.mcp}/mcp`;
  const agents = wirings(mcp).map(({ agent, how }) => `  ${agent.padEnd(12)} ${how}`).join("\n");
  return `
Hearth is up. Log in to your sites here, as you would anywhere:

  live view    http://127.0.0.1:${ports.view}/vnc.html?autoconnect=1&resize=scale

Every new agent session starts logged in. Wire an agent once:

${agents}

What is logged in until when, and whether all of it works:

  status page  http://127.0.0.1:${ports.snapshot}/
               (any user name; the password is the line in ${data.token})
  terminal     ${denoCommand()} task status --data ${data.path}

  CDP          http://127.0.0.1:${ports.bridge}
  snapshot     http://127.0.0.1:${ports.snapshot}/api/snapshot (bearer in ${data.token})
  data         ${data.path}

Ctrl-C stops everything.`;
}

function choosePorts(printer: Printer): PartPorts {
  const taken = new Set<number>();
  const chosen: Record<string, number> = {};
  for (const [name, wanted] of Object.entries(DEFAULT_PORTS)) {
    const port = choosePort(wanted, taken);
    chosen[name] = port;
    if (port !== wanted) printer.say(`  port ${wanted} (${name}) is taken, using ${port}`);
  }
  return chosen as unknown as PartPorts;
}
