import assert from "node:assert/strict";
import { Secret } from "../core/secret.ts";
import { ledgerText, parseLedger } from "../roster/port_ledger.ts";
import { boxFiles, loadBox, type LoadedBox, portsOnBox } from "./load_box.ts";
import { type MemoryMachine, memoryMachine } from "./memory_machine.ts";
import type { SecretResult } from "./secrets/secret_result.ts";
import { parseSettings } from "./settings.ts";

const ROSTER = `users:
  ada: { authentik_user: ada, k8s_user: ada, tier: power-user, browser: { sites: [example.com] } }
`;

function machineWith(files: Readonly<Record<string, string>>): MemoryMachine {
  const machine = memoryMachine();
  machine.files.set("/etc/t3-serve", { kind: "directory", mode: 0o755, uid: 0, gid: 0 });
  for (const [path, text] of Object.entries(files)) {
    const bytes = new TextEncoder().encode(text);
    machine.files.set(path, { kind: "file", mode: 0o600, uid: 0, gid: 0, bytes });
  }
  return machine;
}

function load(settings: string, secret: SecretResult): Promise<LoadedBox> {
  return loadBox(boxFiles("/etc/hearth"), parseSettings(settings, "provision.yaml"), {
    read: (path) =>
      path.endsWith("/roster.yaml")
        ? Promise.resolve(new TextEncoder().encode(ROSTER))
        : Promise.reject(new Deno.errors.NotFound(path)),
    host: machineWith({}).host,
    known: [],
    readSecret: () => Promise.resolve(secret),
    makeToken: () => new Secret("made"),
  });
}

Deno.test("portsOnBox() takes no name that a ledger refuses", () => {
  const long = "x".repeat(33);
  const { host } = machineWith({
    "/etc/t3-serve/ada.env": "T3_PORT=3775\n",
    "/etc/t3-serve/playwright-ada.env": "PLAYWRIGHT_PORT=8933\n",
    [`/etc/t3-serve/${long}.env`]: "T3_PORT=3774\n",
    "/etc/t3-serve/Ada.env": "T3_PORT=3776\n",
    "/etc/t3-serve/-.env": "T3_PORT=3777\n",
    "/etc/t3-serve/bob.env": "T3_PORT=80\n",
  });

  const { t3, mcp } = portsOnBox(host);

  assert.deepEqual([...t3], [["ada", 3775]]);
  assert.deepEqual([...mcp], [["ada", 8933]]);
  assert.ok(parseLedger(ledgerText(t3)).isValid);
});

Deno.test("loadBox() takes no token that is more than one word", async () => {
  const settings =
    "claude_token: file:/secret\nsnapshot:\n  url: http://127.0.0.1:8088/\n  token: ";
  const refused = { kind: "refused", why: "it is not one word, as a token is" };
  for (const text of ["one\ntwo", "one two", "to\u0000ken", "tökén"]) {
    const secret: SecretResult = { kind: "value", secret: new Secret(text) };

    const shared = await load(`${settings}file:/secret\n`, secret);
    const own = await load(`${settings}file:/secret-of-{user}\n`, secret);

    assert.deepEqual(shared.staged, { snapshotToken: refused, claudeToken: refused });
    assert.deepEqual(shared.claudeToken, { kind: "unavailable" });
    assert.deepEqual(own.snapshot?.tokenOf("ada"), { kind: "unavailable", why: refused.why });
  }

  const good = await load(`${settings}file:/secret-of-{user}\n`, {
    kind: "value",
    secret: new Secret(" word\n"),
  });
  const token = good.snapshot?.tokenOf("ada");
  assert.equal(token?.kind === "value" && token.token.reveal(), "word");
});
