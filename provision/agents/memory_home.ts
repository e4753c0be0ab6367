/**
 * A home in memory, for tests of planners: planned actions happen as they are foreseen.
 *
 * @module
 */
import type { Account } from "../../roster/derive.ts";
import { type AppliedRecord, appliedScope, withDigest } from "../applied.ts";
import type { PlanContext } from "../file_step.ts";
import type { FileFact, HostView, Listener, ProcessFact, UnitFact } from "../host_view.ts";
import { DONE, type Item, itemsOf, type Steps } from "../item.ts";
import { plannedHost } from "../planned_host.ts";

/** The number of the user and of their group. */
export const ADA_UID = 1001;

/** The user. */
export const ADA: Account = {
  os_user: "ada",
  tier: "power-user",
  groups: [],
  shell: "/bin/bash",
  authentik_user: "ada",
  k8s_user: "ada",
  namespaces: [],
  parked: false,
  claude_auth: true,
  agents: ["claude"],
  t3_port: 3773,
  playwright_port: 8931,
};

/** What stands in the home; a text is a file of the user's own. */
export type Laid =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly directoryOf: number }
  | { readonly text: string; readonly uid?: number; readonly mode?: number }
  | "fifo"[];

/** What else is true of the machine. */
export interface MemoryFacts {
  /** Who listens. */
  readonly listeners?: Readonly<Record<number, Listener>>;
  /** Who holds a port. */
  readonly holders?: Readonly<Record<number, ProcessFact>>;
  /** Units of the system manager. */
  readonly units?: Readonly<Record<string, UnitFact>>;
}

/** A machine with one user. */
export interface MemoryHome {
  /** The machine. */
  readonly host: HostView;
  /** Runs a planner; what it would change is changed, and recorded. */
  run(plan: (context: PlanContext) => Steps): readonly Item[];
  /** Puts something in the home, by its path below it. */
  lay(path: string, laid: Laid): void;
  /** The text of a file. */
  text(path: string): string | undefined;
  /** A context for functions that plan nothing. */
  context(): PlanContext;
  /** Records something as ours. */
  record(key: string, digest: string): void;
}

/**
 * A machine with Ada on it.
 *
 * @param laid What stands there: a path below her home, or an absolute one.
 * @param facts What else is true.
 */
export function memoryHome(
  laid: Readonly<Record<string, Laid>> = {},
  facts: MemoryFacts = {},
): MemoryHome {
  const files = new Map<string, { fact: FileFact; bytes?: Uint8Array }>();
  let record: AppliedRecord = {};

  const directory = (uid: number) => ({ kind: "directory", mode: 0o700, uid, gid: uid }) as const;
  const absolute = (path: string) => path.startsWith("/") ? path : `/home/ada/${path}`;

  function lay(path: string, what: Laid): void {
    const at = absolute(path);
    const parent = at.slice(0, at.lastIndexOf("/"));
    if (parent !== "" && !files.has(parent)) {
      lay(parent, { directoryOf: at.startsWith("/home/ada/") ? ADA_UID : 0 });
    }
    const own = at.startsWith("/home/ada/") ? ADA_UID : 0;
    const file = (bytes: Uint8Array, uid = own, mode = 0o600) =>
      files.set(at, { fact: { kind: "file", mode, uid, gid: uid }, bytes });
    if (typeof what === "string") file(new TextEncoder().encode(what));
    else if (what instanceof Uint8Array) file(what);
    else if (Array.isArray(what)) files.set(at, { fact: { kind: "other" } });
    else if ("link" in what) files.set(at, { fact: { kind: "link", target: what.link, uid: own } });
    else if ("directoryOf" in what) files.set(at, { fact: directory(what.directoryOf) });
    else file(new TextEncoder().encode(what.text), what.uid, what.mode);
  }

  lay("/home/ada", { directoryOf: ADA_UID });
  for (const [path, what] of Object.entries(laid)) lay(path, what);
  const host = plannedHost({
    file: (path) => files.get(path)?.fact ?? { kind: "absent" },
    bytes: (path) => {
      const found = files.get(path);
      const isHers = found?.fact.kind === "file" && found.fact.uid === ADA_UID;
      return !path.startsWith("/home/ada/") || isHers ? found?.bytes : undefined;
    },
    names: (path) =>
      [...files.keys()].filter((one) => one.startsWith(`${path}/`))
        .map((one) => one.slice(path.length + 1)).filter((name) => !name.includes("/")).sort(),
    account: (name) =>
      name === "ada"
        ? { uid: ADA_UID, gid: ADA_UID, home: "/home/ada", shell: "/bin/bash", isExpired: false }
        : undefined,
    isForeignAccount: () => false,
    group: (name) => name === "ada" ? { gid: ADA_UID, members: new Set() } : undefined,
    unit: (name) => facts.units?.[name] ?? { isEnabled: false, active: "inactive" },
    listener: (port) => facts.listeners?.[port],
    holder: (port) => facts.holders?.[port],
  });
  const context = () => ({
    host,
    applied: appliedScope(() => record),
    items: itemsOf("ada"),
  });
  const mark = (key: string, digest: string) => record = withDigest(record, key, digest);
  return {
    host,
    run(plan) {
      const said: Item[] = [];
      const steps = plan(context());
      for (let step = steps.next(); !step.done; step = steps.next(DONE)) {
        const item = step.value;
        said.push(item);
        if (item.state !== "change" && item.state !== "ok") continue;
        for (const { key, digest } of item.marks ?? []) mark(key, digest);
        if (item.state === "change") host.foresee(item.action);
      }
      return said;
    },
    lay,
    text: (path) => {
      const bytes = host.bytes(absolute(path));
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    context,
    record: mark,
  };
}
