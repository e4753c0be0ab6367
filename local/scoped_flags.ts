/**
 * A program's permission set, moved from the pod's paths and ports to this machine's.
 *
 * The sets in `deno.json` name the pod's. On one machine paths and ports are other ones, so the
 * same lists are handed over with the names exchanged: nothing is added that a set does not have.
 *
 * @module
 */

/** The kinds of permission that name paths or addresses. */
export type ScopedKind = "read" | "write" | "net";

/** One program's permissions, as far as they name paths or addresses. */
export type PermissionSet = Readonly<Partial<Record<ScopedKind, readonly string[]>>>;

/** What stands for what. */
export interface Scope {
  /** A path of the pod -> one of this machine; everything below it moves along. */
  readonly paths: Readonly<Record<string, string>>;
  /** A port of the pod -> one of this machine. */
  readonly ports: Readonly<Record<number, number>>;
  /** Addresses that only the caller knows. */
  readonly net?: readonly string[];
}

/**
 * Flags that replace a set's lists of paths and addresses.
 *
 * @param set The set from `deno.json`.
 * @param scope What stands for what; what is not named stays as it is.
 */
export function scopedFlags(set: PermissionSet, scope: Scope): readonly string[] {
  const lists: Record<ScopedKind, readonly string[]> = {
    read: (set.read ?? []).map((path) => movePath(path, scope.paths)),
    write: (set.write ?? []).map((path) => movePath(path, scope.paths)),
    net: [...(set.net ?? []).map((address) => movePort(address, scope.ports)), ...scope.net ?? []],
  };
  return Object.entries(lists).filter(([, list]) => list.length > 0)
    .map(([kind, list]) => `--allow-${kind}=${[...new Set(list)].join(",")}`);
}

function movePath(path: string, paths: Scope["paths"]): string {
  for (const [from, to] of Object.entries(paths)) {
    if (path === from || path.startsWith(`${from}/`)) return to + path.slice(from.length);
  }
  return path;
}

function movePort(address: string, ports: Scope["ports"]): string {
  const match = /^(.*):(\d+)$/.exec(address);
  if (match === null) return address;
  const [, host, port] = match;
  return `${host}:${ports[Number(port)] ?? port}`;
}
