/**
 * Who listens on TCP ports, from `/proc` (proc(5)), read by programs that may.
 *
 * @module
 */
import type { ListenerFact } from "../facts.ts";
import { runTool } from "./run_tool.ts";

/** The state of a socket that listens, from the kernel's `include/net/tcp_states.h`. */
const LISTEN = "0A";

const SOCKET =
  /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) \S+ \S+ \S+\s+(\d+)\s+\d+\s+(\d+)/;

/** A socket that listens. */
export interface ListeningSocket {
  /** The port. */
  readonly port: number;
  /** The number of its owner. */
  readonly uid: number;
  /** The socket's number. */
  readonly inode: string;
}

/** Looks. Without root, processes of other users have no name. */
export async function gatherListeners(): Promise<readonly ListenerFact[]> {
  const [tables, open] = await Promise.all([
    runTool("/usr/bin/cat", ["/proc/net/tcp", "/proc/net/tcp6"]),
    // Processes end while they are looked at, so that its exit code says nothing.
    runTool("/usr/bin/find", [
      ...["/proc", "-mindepth", "3", "-maxdepth", "3", "-path", "/proc/[0-9]*/fd/*"],
      ...["-lname", "socket:*", "-printf", "%p %l\n"],
    ]),
  ]);
  const pids = parseHolders(open.stdout);
  return await Promise.all(
    parseSockets(tables.stdout).map(async ({ port, uid, inode }) => {
      const pid = pids.get(inode);
      if (pid === undefined) return { port, uid, pid, command: undefined, unit: undefined };
      const { stdout } = await runTool("/usr/bin/cat", [
        `/proc/${pid}/comm`,
        `/proc/${pid}/cgroup`,
      ]);
      return { port, uid, pid, ...parseProcess(stdout) };
    }),
  );
}

/** Sockets that listen, each port and owner once. */
export function parseSockets(tables: string): readonly ListeningSocket[] {
  const found = new Map<string, ListeningSocket>();
  for (const line of tables.split("\n")) {
    const [, hexPort, state, uid, inode] = SOCKET.exec(line) ?? [];
    if (hexPort === undefined || inode === undefined || state !== LISTEN) continue;
    const port = parseInt(hexPort, 16);
    const key = `${port} ${uid}`;
    if (!found.has(key)) found.set(key, { port, uid: Number(uid), inode });
  }
  return [...found.values()];
}

/** Which process holds a socket, by the socket's number. */
export function parseHolders(links: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [, pid, inode] of links.matchAll(/^\/proc\/(\d+)\/fd\/\d+ socket:\[(\d+)\]$/gm)) {
    if (inode !== undefined && !found.has(inode)) found.set(inode, Number(pid));
  }
  return found;
}

/** The name and the unit of a process, from its `comm` and `cgroup`. */
export function parseProcess(text: string): Pick<ListenerFact, "command" | "unit"> {
  const [command = "", ...groups] = text.split("\n");
  const unit = groups.filter((line) => /^(?:0:|\d+:name=systemd):/.test(line))
    // The outermost: user@1000.service has units of the user's own below it.
    .map((line) => line.split("/").find((part) => /.\.(?:service|scope|socket)$/.test(part)))
    .find((each) => each !== undefined);
  // A process names itself, and this goes to a terminal.
  return { command: command.replaceAll(/\p{C}/gu, "?"), unit };
}
