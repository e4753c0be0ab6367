/**
 * @module
 */
import assert from "node:assert/strict";
import { Secret } from "../../core/secret.ts";
import { digestOf } from "../digest.ts";
import type { Item } from "../item.ts";
import type { SecretResult } from "../secrets/secret_result.ts";
import { memoryHost } from "./memory_host.ts";
import { CODEX_AUTH_FILE, secretSteps, SNAPSHOT_TOKEN_FILE } from "./secret_steps.ts";

const value = (text: string): SecretResult => ({ kind: "value", secret: new Secret(text) });
const changesOf = (items: readonly Item[]) =>
  items.flatMap((item) => item.state === "change" ? [item.action.kind] : []);

function boxWithDirectories() {
  const box = memoryHost();
  const owner = { user: "root", group: "root" };
  box.host.foresee({ kind: "make_directory", path: "/etc/t3-serve", mode: 0o755, owner });
  return box;
}

const textAt = (box: ReturnType<typeof memoryHost>, path: string) =>
  new TextDecoder().decode(box.host.bytes(path));

Deno.test("secretSteps() stages a token only root can read, and shows nothing of it", () => {
  const box = boxWithDirectories();

  const items = box.run((context) => secretSteps(context, { snapshotToken: value("t0ken\n") }));

  assert.equal(textAt(box, SNAPSHOT_TOKEN_FILE), "t0ken\n");
  const fact = box.host.file(SNAPSHOT_TOKEN_FILE);
  assert.ok(fact.kind === "file");
  assert.equal(fact.mode, 0o600);
  assert.doesNotMatch(JSON.stringify(items), /t0ken/);
});

Deno.test("secretSteps() stages the new token when it was rotated", () => {
  const box = boxWithDirectories();
  box.run((context) => secretSteps(context, { snapshotToken: value("old") }));

  const items = box.run((context) => secretSteps(context, { snapshotToken: value("new") }));

  assert.deepEqual(changesOf(items), ["write_file"]);
  assert.equal(textAt(box, SNAPSHOT_TOKEN_FILE), "new\n");
});

Deno.test.each(
  [
    ["unreachable", "warning"],
    ["absent", "warning"],
    ["refused", "error"],
  ] as const,
)("secretSteps() keeps what is there when the source is %s", (kind, severity) => {
  const box = boxWithDirectories();
  box.run((context) => secretSteps(context, { snapshotToken: value("old") }));

  const items = box.run((context) =>
    secretSteps(context, { snapshotToken: { kind, why: "Vault is sealed" } })
  );

  assert.equal(textAt(box, SNAPSHOT_TOKEN_FILE), "old\n");
  const [item, ...others] = items;
  assert.deepEqual(others, []);
  assert.ok(item?.state === "problem");
  assert.equal(item.severity, severity);
  assert.match(item.summary, /Vault is sealed; what is there stays/);
});

Deno.test("secretSteps() shares Codex's login with its group alone", () => {
  const box = boxWithDirectories();
  const plan = { codexAuth: value('{"tokens":1}') };
  box.run((context) => secretSteps(context, plan));

  const again = box.run((context) => secretSteps(context, plan));

  const [file, directory, group] = [
    box.host.file(CODEX_AUTH_FILE),
    box.host.file("/opt/codex-shared"),
    box.host.group("codex-shared"),
  ];
  assert.ok(file.kind === "file" && directory.kind === "directory" && group !== undefined);
  assert.deepEqual([file.mode, file.gid], [0o660, group.gid]);
  assert.deepEqual([directory.mode, directory.gid], [0o2770, group.gid]);
  assert.deepEqual(changesOf(again), []);
});

Deno.test("secretSteps() keeps Codex's login when Codex renewed it", () => {
  const box = boxWithDirectories();
  const plan = { codexAuth: value('{"tokens":1}') };
  box.run((context) => secretSteps(context, plan));
  renew('{"tokens":2}');

  const items = box.run((context) => secretSteps(context, plan));

  assert.deepEqual(changesOf(items), []);
  assert.equal(textAt(box, CODEX_AUTH_FILE), '{"tokens":2}');

  const rotated = box.run((context) => secretSteps(context, { codexAuth: value('{"tokens":3}') }));

  assert.deepEqual(changesOf(rotated), ["write_file"]);
  assert.equal(textAt(box, CODEX_AUTH_FILE), '{"tokens":3}');

  function renew(text: string): void {
    const content = new TextEncoder().encode(text);
    const owner = { user: "root", group: "codex-shared" };
    const before = digestOf(box.host.bytes(CODEX_AUTH_FILE) ?? new Uint8Array());
    box.host.foresee({
      kind: "write_file",
      path: CODEX_AUTH_FILE,
      content,
      mode: 0o660,
      owner,
      before,
    });
  }
});

Deno.test("secretSteps() leaves Codex's login alone when somebody else put it there", () => {
  const box = boxWithDirectories();
  const owner = { user: "root", group: "root" };
  box.host.foresee({ kind: "make_directory", path: "/opt/codex-shared", mode: 0o755, owner });
  box.host.foresee({
    kind: "write_file",
    path: CODEX_AUTH_FILE,
    content: new TextEncoder().encode("by hand"),
    mode: 0o660,
    owner,
    before: undefined,
  });

  const items = box.run((context) => secretSteps(context, { codexAuth: value("{}") }));

  assert.equal(textAt(box, CODEX_AUTH_FILE), "by hand");
  assert.ok(items.some((item) => item.state === "problem" && item.severity === "warning"));
});
