/**
 * A real home of a real user, on the machine that runs the test: `nobody`'s, in a temporary directory.
 *
 * Needs root, which gives itself up for what runs as the user.
 *
 * @module
 */
import { type AppliedRecord, appliedScope, withDigest } from "../../provision/applied.ts";
import type { PlanContext } from "../../provision/file_step.ts";
import type { HostView } from "../../provision/host_view.ts";
import { DONE, type Item, itemsOf, type Outcome, type Steps } from "../../provision/item.ts";
import type { Action } from "../../provision/action.ts";
import { directoryNames, fileBytes, fileFact } from "../../provision/real/read_file.ts";

/** The user. */
export const NOBODY = "nobody";
const ID = 65534;

/** A home. */
export interface DiskHome extends AsyncDisposable {
  /** Its directory. */
  readonly path: string;
  /** The machine, as far as a home goes. */
  readonly host: HostView;
  /** Writes a file as its owner would. */
  write(path: string, text: string, mode?: number): Promise<void>;
  /** Makes a link as its owner would. */
  link(path: string, target: string): Promise<void>;
  /** Reads a file. */
  read(path: string): Promise<string>;
  /** Lets a planner change the home, by these performers; gives what came of each item. */
  run(
    plan: (context: PlanContext) => Steps,
    perform: (action: Action) => Promise<Outcome>,
  ): Promise<readonly (readonly [Item, Outcome])[]>;
}

/** Makes a home. */
export async function diskHome(): Promise<DiskHome> {
  const parent = await Deno.makeTempDir({ prefix: "hearth-home-" });
  const path = `${parent}/nobody`;
  await Deno.mkdir(path, { mode: 0o700 });
  await Deno.chown(path, ID, ID);
  await Deno.chmod(parent, 0o755);
  let record: AppliedRecord = {};
  const ownerOf = (at: string) => at.startsWith(`${path}/`) ? ID : undefined;
  const host: HostView = {
    file: fileFact,
    bytes: (at) => fileBytes(at, ownerOf(at)),
    names: (at) => directoryNames(at, ownerOf(at)),
    account: (name) =>
      name === NOBODY
        ? { uid: ID, gid: ID, home: path, shell: "/bin/sh", isExpired: false }
        : undefined,
    isForeignAccount: () => false,
    group: () => undefined,
    unit: () => ({ isEnabled: false, active: "inactive" }),
    listener: () => undefined,
    holder: () => undefined,
  };

  async function makeParents(below: string): Promise<void> {
    const parts = below.split("/").slice(0, -1);
    for (let count = 1; count <= parts.length; count++) {
      const directory = `${path}/${parts.slice(0, count).join("/")}`;
      await Deno.mkdir(directory, { recursive: true });
      await Deno.chown(directory, ID, ID);
    }
  }

  function mark(marks: readonly { key: string; digest: string }[] = []): void {
    for (const { key, digest } of marks) record = withDigest(record, key, digest);
  }

  return {
    path,
    host,
    async write(below, text, mode = 0o600) {
      await makeParents(below);
      await Deno.writeTextFile(`${path}/${below}`, text);
      await Deno.chmod(`${path}/${below}`, mode);
      await Deno.chown(`${path}/${below}`, ID, ID);
    },
    async link(below, target) {
      await makeParents(below);
      await Deno.symlink(target, `${path}/${below}`);
    },
    read: (below) => Deno.readTextFile(`${path}/${below}`),
    async run(plan, perform) {
      const said: (readonly [Item, Outcome])[] = [];
      const steps = plan({ host, applied: appliedScope(() => record), items: itemsOf(NOBODY) });
      let outcome: Outcome = DONE;
      for (let step = steps.next(); !step.done; step = steps.next(outcome)) {
        const item = step.value;
        if (item.state === "change" || item.state === "ok") mark(item.marks);
        outcome = item.state === "change" ? await perform(item.action) : DONE;
        said.push([item, outcome]);
      }
      return said;
    },
    [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }),
  };
}
