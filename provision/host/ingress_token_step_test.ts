/**
 * @module
 */
import assert from "node:assert/strict";
import { Secret } from "../../core/secret.ts";
import type { HostSettings } from "./host_settings.ts";
import { INGRESS_TOKEN_FILE, ingressTokenStep } from "./ingress_token_step.ts";
import { type MemoryHost, memoryHost } from "./memory_host.ts";

const DISPATCHER = { "/etc/systemd/system/t3-dispatch.service": "[Service]\n" };
const MAP = { "/etc/t3-serve/dispatch.json": "{}\n" };
const owner = { user: "root", group: "root" };

let made = 0;

const run = (box: MemoryHost, wanted?: HostSettings["ingress_token"]) =>
  box.run((context) =>
    ingressTokenStep(context, wanted, () => new Secret(`token-${++made}-of-the-ingress`))
  );

const textOf = (box: MemoryHost) => new TextDecoder().decode(box.host.bytes(INGRESS_TOKEN_FILE));

function place(box: MemoryHost, text: string, mode = 0o600): void {
  const content = new TextEncoder().encode(text);
  const path = INGRESS_TOKEN_FILE;
  box.host.foresee({ kind: "write_file", path, content, mode, owner, before: undefined });
}

Deno.test("ingressTokenStep() makes a token once that only root can read, and shows nothing of it", () => {
  const box = memoryHost();

  const first = run(box);
  const token = textOf(box);
  const second = run(box);

  assert.match(token, /^token-\d+-of-the-ingress\n$/);
  assert.equal(textOf(box), token);
  const [directory, file] = [box.host.file("/etc/credstore"), box.host.file(INGRESS_TOKEN_FILE)];
  assert.ok(directory.kind === "directory" && file.kind === "file");
  assert.deepEqual([directory.mode, file.mode, file.uid], [0o700, 0o600, 0]);
  assert.deepEqual(second.map(({ state }) => state), ["ok"]);
  assert.doesNotMatch(JSON.stringify([first, second]), /of-the-ingress/);
});

Deno.test.each([
  ["dispatcher", DISPATCHER],
  ["map", MAP],
])("ingressTokenStep() asks first when the box has a %s without one", (_, files) => {
  const box = memoryHost(files);

  const [warning, ...others] = run(box);

  assert.deepEqual(others, []);
  assert.ok(warning?.state === "problem" && warning.severity === "warning");
  assert.match(warning.fix ?? "", /put-an-ingress-before-dispatch\.md.*host\.ingress_token/);
  assert.equal(box.host.file(INGRESS_TOKEN_FILE).kind, "absent");
});

Deno.test("ingressTokenStep() does as the settings say when they say something", () => {
  const [asked, refused] = [memoryHost(DISPATCHER), memoryHost()];

  run(asked, "generate");
  const items = run(refused, "none");

  assert.match(textOf(asked), /^token-/);
  assert.deepEqual(items, []);
  assert.equal(refused.host.file(INGRESS_TOKEN_FILE).kind, "absent");
});

Deno.test("ingressTokenStep() makes the token all the same when a run ended before it was there", () => {
  const box = memoryHost();
  const step = (context: Parameters<typeof ingressTokenStep>[0]) =>
    ingressTokenStep(context, undefined, () => new Secret("0123456789abcdef"));
  box.run(step, { failure: ({ action }) => action.kind === "write_file" ? "no space" : undefined });
  box.host.foresee({
    kind: "write_file",
    path: "/etc/systemd/system/t3-dispatch.service",
    content: new Uint8Array(),
    mode: 0o644,
    owner,
    before: undefined,
  });

  box.run(step);

  assert.equal(textOf(box), "0123456789abcdef\n");
});

Deno.test("ingressTokenStep() leaves a token alone that somebody brought, and closes its file", () => {
  const box = memoryHost(DISPATCHER);
  place(box, "brought-by-an-admin\n", 0o644);

  const items = run(box);

  assert.deepEqual(
    items.map((item) => item.state === "change" && item.action),
    [{ kind: "change_mode", path: INGRESS_TOKEN_FILE, mode: 0o600 }],
  );
  assert.equal(textOf(box), "brought-by-an-admin\n");
});

Deno.test("ingressTokenStep() says so when the dispatcher will refuse what is there", () => {
  const box = memoryHost();
  place(box, "short\n");

  const [error] = run(box);

  assert.ok(error?.state === "problem" && error.severity === "error");
  assert.match(error.summary, /holds no token, must be one word of at least 16 characters/);
  assert.equal(textOf(box), "short\n");
});
