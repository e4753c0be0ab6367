import assert from "node:assert/strict";
import { createHealth } from "../../core/health.ts";
import { accessText, recordLog, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { createAccessStore } from "./access_store.ts";

function setUp(path: string) {
  const health = createHealth();
  const { log, lines } = recordLog();
  let changes = 0;
  const store = createAccessStore({ path, health, log, onChange: () => void changes++ });
  const names = () => store.rules()?.subjects.map(({ name }) => name);
  const states = () => health.states().map(({ name, severity }) => `${severity} ${name}`);
  return { store, names, states, health, lines, changes: () => changes };
}

Deno.test("reload() takes the rules of a valid file, and of each later one, once", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("access.yaml", accessText({ alice: { tokens: ["a"] } }));
  const { store, names, states, changes } = setUp(path);

  await store.reload();
  await store.reload();
  assert.deepEqual([names(), changes()], [["alice"], 1]);
  await directory.put(
    "access.yaml",
    accessText({ alice: { tokens: ["a"] }, bob: { tokens: ["b"] } }),
  );
  await store.reload();

  assert.deepEqual([names(), changes(), states()], [["alice", "bob"], 2, []]);
});

const WORSE: Readonly<Record<string, string | Uint8Array | undefined>> = {
  "is gone": undefined,
  "is no YAML": "subjects: {",
  "has a fault": accessText({ bob: { tokens: ["b"], sites: ["com"] } }),
  "is empty": "",
  "is no UTF-8": new Uint8Array([0x61, 0xff]),
  "is too large": `# ${"x".repeat(1024 * 1024)}`,
};

for (const [what, content] of Object.entries(WORSE)) {
  Deno.test(`reload() keeps the rules and warns when the next file ${what}`, async () => {
    await using directory = await testDirectory();
    const path = await directory.put("access.yaml", accessText({ alice: { tokens: ["a"] } }));
    const { store, names, states, health, lines } = setUp(path);
    await store.reload();

    if (content === undefined) await Deno.remove(path);
    else await directory.put("access.yaml", content);
    await store.reload();
    await store.reload();

    assert.deepEqual([names(), states()], [["alice"], ["warning access_file_invalid"]]);
    assert.match(health.states()[0]?.text ?? "", /^Cannot use access file .*; the rules read befo/);
    assert.ok(health.isReady());
    assert.equal(lines.filter((line) => line.includes("WARN")).length, 1, lines.join("\n"));
    await directory.put("access.yaml", accessText({ carol: { tokens: ["c"] } }));
    await store.reload();
    assert.deepEqual([names(), states()], [["carol"], []]);
  });

  Deno.test(`reload() knows nobody and says so when the first file ${what}`, async () => {
    await using directory = await testDirectory();
    const path = `${directory.path}/access.yaml`;
    if (content !== undefined) await directory.put("access.yaml", content);
    const { store, names, states, health } = setUp(path);

    await store.reload();

    assert.deepEqual([names(), states()], [undefined, ["error access_file_invalid"]]);
    assert.match(health.states()[0]?.text ?? "", /; nobody it names is let in$/);
  });
}

Deno.test("reload() never shows half a file when it is written in place", async () => {
  await using directory = await testDirectory();
  const text = accessText({ alice: { tokens: ["a"] }, bob: { tokens: ["b"] } });
  const path = await directory.put("access.yaml", text);
  const { store, names } = setUp(path);
  await store.reload();

  for (let length = 0; length < text.length; length += 3) {
    await Deno.writeTextFile(path, text.slice(0, length));
    await store.reload();
    // Cut at the end of alice's lines, the file is whole YAML: nobody can know that it goes on.
    assert.ok(["alice", "alice,bob"].includes(String(names())), `${names()} at ${length}`);
  }
});
