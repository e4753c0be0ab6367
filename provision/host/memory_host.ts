/**
 * A machine in memory, for tests: planned actions happen at once, and can be made to fail.
 *
 * @module
 */
import { type AppliedRecord, appliedScope, withDigest } from "../applied.ts";
import type { PlanContext } from "../file_step.ts";
import type { HostView } from "../host_view.ts";
import { DONE, type Item, itemsOf, MACHINE, type Steps } from "../item.ts";
import { type PlannedHost, plannedHost } from "../planned_host.ts";

/** A machine in memory, and what was put there. */
export interface MemoryHost {
  /** The machine. */
  readonly host: PlannedHost;
  /**
   * Lets a planner change the machine.
   *
   * @param plan The planner.
   * @param options When the run is cut short, and which change fails.
   * @returns What the planner said.
   */
  run(
    plan: (context: PlanContext) => Steps,
    options?: {
      /** Ends the run before change number N + 1, as a kill does. */
      readonly changes?: number;
      /** Why a change fails; `undefined` where it succeeds. */
      readonly failure?: (item: ChangeItem) => string | undefined;
    },
  ): readonly Item[];
}

/** An item that changes something. */
export type ChangeItem = Extract<Item, { readonly state: "change" }>;

/** A bare machine: root, the directories of every Debian, and these files. */
export function memoryHost(files: Readonly<Record<string, string>> = {}): MemoryHost {
  const host = plannedHost(BARE);
  const owner = { user: "root", group: "root" };
  for (const path of ["/etc", "/opt", "/usr/local/bin", "/home"]) {
    host.foresee({ kind: "make_directory", path, mode: 0o755, owner });
  }
  for (const [path, text] of Object.entries(files)) {
    const content = new TextEncoder().encode(text);
    host.foresee({ kind: "write_file", path, content, mode: 0o644, owner, before: undefined });
  }
  let record: AppliedRecord = {};
  const applied = appliedScope(() => record);
  return {
    host,
    run(plan, { changes = Infinity, failure = () => undefined } = {}) {
      const said: Item[] = [];
      const steps = plan({ host, applied, items: itemsOf(MACHINE) });
      let left = changes;
      for (let step = steps.next(); !step.done;) {
        const item = step.value;
        said.push(item);
        if (item.state !== "change") {
          if (item.state === "ok") mark(item.marks);
          step = steps.next(DONE);
          continue;
        }
        if (left-- <= 0) return said;
        mark(item.marks);
        const error = failure(item);
        if (error === undefined) {
          host.foresee(item.action);
          mark(item.doneMarks);
        }
        step = steps.next(error === undefined ? DONE : { isDone: false, error });
      }
      return said;
    },
  };

  function mark(marks: ChangeItem["marks"] = []): void {
    for (const { key, digest } of marks) record = withDigest(record, key, digest);
  }
}

const BARE: HostView = {
  file: () => ({ kind: "absent" }),
  bytes: () => undefined,
  names: () => [],
  account: (name) =>
    name === "root"
      ? { uid: 0, gid: 0, home: "/root", shell: "/bin/bash", isExpired: false }
      : undefined,
  isForeignAccount: () => false,
  group: (name) => name === "root" ? { gid: 0, members: new Set() } : undefined,
  unit: () => ({ isEnabled: false, active: "inactive" }),
  listener: () => undefined,
  holder: () => undefined,
};
