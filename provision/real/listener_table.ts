/**
 * Who listens on the machine's TCP ports, from `/proc/net/tcp` and `/proc/net/tcp6` (proc(5)).
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";
import type { Listener, ProcessFact } from "../host_view.ts";
import { printable } from "./printable.ts";
import { readTool } from "./read_tool.ts";

const CAT = "/usr/bin/cat";
const FIND = "/usr/bin/find";

/** States of a socket, from the kernel's `include/net/tcp_states.h`. */
const [ESTABLISHED, LISTEN] = ["01", "0A"];

/** A line: where it listens or is connected from, its state, its owner and its inode. */
const LINE =
  /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) \S+ \S+ \S+\s+(\d+)\s+\d+\s+(\d+)/;

/** A port that is listened on. */
export interface ListenerEntry extends Listener {
  /** The socket's number. */
  readonly inode: string;
}

/**
 * Reads who listens now.
 *
 * @throws {Fault} Where the kernel does not tell.
 */
export function readListeners(): ReadonlyMap<number, ListenerEntry> {
  const { stdout, trouble } = readTool(CAT, ["/proc/net/tcp", "/proc/net/tcp6"]);
  // A machine without IPv6 has no second file; the first begins with a heading.
  if (stdout === "") throw new Fault(`Cannot read who listens on the machine: ${trouble}`);
  return parseListeners(stdout);
}

/**
 * Listening ports with their owner and how many connections are established to each.
 *
 * @param text The tables, IPv4 first: where both are listened on, that is the one that is told of.
 */
export function parseListeners(text: string): ReadonlyMap<number, ListenerEntry> {
  const sockets = new Map<number, { uid: number; inode: string }[]>();
  const connections = new Map<number, number>();
  for (const line of text.split("\n")) {
    const [, hexPort, state, uid, inode] = LINE.exec(line) ?? [];
    if (hexPort === undefined || inode === undefined) continue;
    const port = parseInt(hexPort, 16);
    if (state === ESTABLISHED) connections.set(port, (connections.get(port) ?? 0) + 1);
    if (state !== LISTEN) continue;
    sockets.set(port, [...sockets.get(port) ?? [], { uid: Number(uid), inode }]);
  }
  const found = new Map<number, ListenerEntry>();
  for (const [port, [first, ...more]] of sockets) {
    if (first === undefined) continue;
    const others = new Set(more.map(({ uid }) => uid).filter((uid) => uid !== first.uid));
    found.set(port, {
      ...first,
      connections: connections.get(port) ?? 0,
      ...(others.size === 0 ? {} : { others: [...others].sort((a, b) => a - b) }),
    });
  }
  return found;
}

/**
 * The process that holds a socket; `undefined` where it is gone or may not be seen.
 *
 * @param inode The socket's number.
 */
export function findHolder(inode: string): ProcessFact | undefined {
  // Processes end while they are looked at, so that its exit code says nothing.
  const { stdout } = readTool(FIND, [
    "/proc",
    "-mindepth",
    "3",
    "-maxdepth",
    "3",
    "-path",
    "/proc/[0-9]*/fd/*",
    "-lname",
    `socket:\\[${inode}\\]`,
    "-print",
    "-quit",
  ]);
  const pid = /^\/proc\/(\d+)\/fd\//.exec(stdout)?.[1];
  if (pid === undefined) return undefined;
  const { stdout: told, trouble } = readTool(CAT, [`/proc/${pid}/cgroup`, `/proc/${pid}/comm`]);
  if (trouble !== undefined) return undefined;
  const lines = told.replace(/\n$/, "").split("\n");
  const groups = lines.filter((line) => /^(?:0:|\d+:name=systemd):/.test(line));
  return {
    pid: Number(pid),
    command: printable(lines.at(-1) ?? ""),
    unit: groups.map(unitOfGroup).find((unit) => unit !== undefined),
  };
}

/**
 * The unit of the system manager that a line of `/proc/<pid>/cgroup` is in: the outermost, since
 * `user@1000.service` has units of the user's own below it.
 */
export function unitOfGroup(line: string): string | undefined {
  return line.split("/").slice(1).find((part) => /.\.(?:service|scope|socket)$/.test(part));
}
