import assert from "node:assert/strict";
import { Secret } from "../core/secret.ts";
import type { AppliedRecord } from "./applied.ts";
import { driveTheChange, type Result } from "./drive.ts";
import { envStep } from "./env_step.ts";
import { fileStep, type PlanContext } from "./file_step.ts";
import type { Item, Steps } from "./item.ts";
import { memoryMachine } from "./memory_machine.ts";

/** A machine with an account, and the provisioner of one scope of it. */
async function provisioned() {
  const machine = memoryMachine();
  await machine.perform({ kind: "create_account", user: "ada", shell: "/bin/bash" });
  let record: AppliedRecord = {};
  let isFull = false;
  async function apply(steps: (context: PlanContext) => Steps<unknown>): Promise<Result[]> {
    const results: Result[] = [];
    await driveTheChange([{
      scope: "ada",
      *steps(context) {
        yield* steps(context);
      },
    }], {
      host: machine.host,
      perform: (action) =>
        isFull
          ? Promise.resolve({ isDone: false, error: "No space left on device" })
          : machine.perform(action),
    }, {
      records: {
        load: () => record,
        save: (_, saved) => Promise.resolve(void (record = saved)),
      },
      report: (item, result) => {
        said.push(item);
        results.push(result);
      },
      audit: () => Promise.resolve(),
      signal: new AbortController().signal,
    });
    return results;
  }
  const said: Item[] = [];
  const text = (path: string) => new TextDecoder().decode(machine.host.bytes(path));
  return { machine, said, text, apply, fill: (full: boolean) => void (isFull = full) };
}

const CHANGED = [{ kind: "changed" }];
const FULL = [{ kind: "failed", error: "No space left on device" }];

Deno.test("fileStep() knows its own file again however often a write of it failed", async () => {
  const { text, apply, fill } = await provisioned();
  const path = "/home/ada/token";
  const token = (value: string) => (context: PlanContext) =>
    fileStep(context, {
      path,
      content: new Secret(value),
      mode: 0o600,
      owner: { user: "ada", group: "ada" },
      as: "ada",
      foreign: "keep",
    });
  assert.deepEqual(await apply(token("one")), CHANGED);
  fill(true);
  for (const value of ["two", "three", "four"]) {
    assert.deepEqual(await apply(token(value)), FULL);
  }
  fill(false);

  assert.deepEqual(await apply(token("five")), CHANGED);
  assert.equal(text(path), "five");
});

Deno.test("envStep() takes its own key away however often a write of it failed", async () => {
  const { text, apply, fill } = await provisioned();
  const path = "/etc/ada.env";
  const token = (TOKEN: string | undefined) => (context: PlanContext) =>
    envStep(context, { path, keys: { PORT: "1", TOKEN } });
  assert.deepEqual(await apply(token("one")), CHANGED);
  fill(true);
  for (const value of ["two", "three", "four"]) {
    assert.deepEqual(await apply(token(value)), FULL);
  }
  fill(false);

  assert.deepEqual(await apply(token(undefined)), CHANGED);
  assert.equal(text(path), "PORT=1\n");
});

Deno.test("fileStep() tells whose a file in a home is where it is not the user's", async () => {
  const { machine, said, apply } = await provisioned();
  const path = "/home/ada/token";
  const bytes = new TextEncoder().encode("root's");
  machine.files.set(path, { kind: "file", mode: 0o600, uid: 0, gid: 0, bytes });

  await apply((context) =>
    fileStep(context, {
      path,
      content: new Secret("one"),
      mode: 0o600,
      owner: { user: "ada", group: "ada" },
      as: "ada",
      foreign: "keep",
    })
  );

  assert.deepEqual(said, [{
    scope: "ada",
    resource: `file ${path}`,
    state: "problem",
    severity: "error",
    summary: `${path} belongs to number 0, must belong to ada`,
    fix: `look at it, then move it away: ls -ld ${path}`,
  }]);
});
