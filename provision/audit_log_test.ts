import assert from "node:assert/strict";
import { Secret } from "../core/secret.ts";
import { openAuditLog } from "./audit_log.ts";
import type { ChangeItem } from "./drive.ts";
import { itemsOf } from "./item.ts";

function writeItem(content: Uint8Array | Secret): ChangeItem {
  const owner = { user: "root", group: "root" };
  const item = itemsOf("ada").change("file /etc/x", {
    cause: "missing",
    summary: "write /etc/x",
    action: { kind: "write_file", path: "/etc/x", content, mode: 0o600, owner, before: undefined },
  });
  assert.ok(item.state === "change");
  return item;
}

Deno.test("openAuditLog() says before and after what was done, and never a secret", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/audit.jsonl`;
  try {
    {
      using log = await openAuditLog(path, "run-1", () => 0);
      await log.write(writeItem(new TextEncoder().encode("A=1\n")));
      await log.write(writeItem(new Secret("hunter2")), { kind: "failed", error: "disk full" });
    }
    const text = await Deno.readTextFile(path);

    const [begun, failed] = text.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(begun.result, "begun");
    assert.equal(begun.before, null);
    assert.match(begun.after, /^[0-9a-f]{64}$/);
    assert.equal(failed.error, "disk full");
    assert.equal(failed.content, "secret");
    assert.doesNotMatch(text, /hunter2|A=1/);
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("openAuditLog() ends the line of a run that was killed while it wrote", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/audit.jsonl`;
  try {
    await Deno.writeTextFile(path, '{"time":"2026');
    {
      using log = await openAuditLog(path, "run-2", () => 0);
      await log.write(writeItem(new Uint8Array()), { kind: "changed" });
    }

    const lines = (await Deno.readTextFile(path)).trim().split("\n");
    assert.equal(lines.length, 2);
    assert.equal(JSON.parse(lines[1] ?? "").run, "run-2");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
