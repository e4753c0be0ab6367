/**
 * The floors of the house and the rule that imports only go down.
 *
 * `core` <- `cdp`, `t3` <- rooms <- root programs. A room imports lower floors and itself; one
 * import between rooms is wanted (see {@linkcode BETWEEN_ROOMS}). Nothing imports a root program,
 * a test or a benchmark.
 *
 * @module
 */

/** An import from one module to another, both as paths relative to the root. */
export interface Import {
  /** The module that imports. */
  readonly from: string;
  /** The module that is imported. */
  readonly to: string;
}

/** The floor of every folder that holds product code, from the ground up. */
const FLOORS: Readonly<Record<string, number>> = {
  core: 0,
  cdp: 1,
  t3: 1,
  bridge: 2,
  browser: 2,
  snapshot: 2,
  profile: 2,
  roster: 2,
  provision: 2,
  dispatch: 2,
  autoupdate: 2,
  local: 2,
  monitoring: 2,
};

const BETWEEN_ROOMS = new Set(["provision -> roster"]);

/**
 * What is wrong with a set of imports, one sentence each.
 *
 * @param imports The imports of the product's modules.
 */
export function floorFaults(imports: readonly Import[]): readonly string[] {
  const faults: string[] = [];
  for (const { from, to } of imports) {
    const why = importFault(roomOf(from), roomOf(to));
    if (why !== undefined) faults.push(`${from} imports ${to}: ${why}`);
  }
  const circle = findCircle(imports);
  if (circle !== undefined) faults.push(`Files import in a circle: ${circle.join(" -> ")}`);
  return faults;
}

function importFault(from: string, to: string): string | undefined {
  if (to === "") return "nothing imports a root program";
  if (FLOORS[to] === undefined) return `"${to}" is no floor of the house`;
  if (from === "" || from === to) return undefined;
  const floor = FLOORS[from];
  if (floor === undefined) return `"${from}" is no floor of the house`;
  if (FLOORS[to] < floor || BETWEEN_ROOMS.has(`${from} -> ${to}`)) return undefined;
  return FLOORS[to] === floor ? "a room imports lower floors only" : "imports go down, never up";
}

function roomOf(path: string): string {
  const slash = path.indexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** The first circle of files found, its first file repeated at the end. */
function findCircle(imports: readonly Import[]): readonly string[] | undefined {
  const next = Map.groupBy(imports, ({ from }) => from);
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): readonly string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const { to } of next.get(file) ?? []) {
      const circle = visit(to);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of next.keys()) {
    const circle = visit(file);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
