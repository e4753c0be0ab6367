/**
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "../core/fault.ts";
import { loadLedger, loadMembers, loadRoles, loadRoster, loadText } from "./load.ts";

const bytes = (text: string) => () => Promise.resolve(new TextEncoder().encode(text));

function refusal(message: string | RegExp) {
  return (error: unknown) =>
    error instanceof Fault && error.exitCode === 2 &&
    (typeof message === "string" ? error.message === message : message.test(error.message));
}

Deno.test("loadText() keeps a byte order mark when there is one", async () => {
  assert.equal(await loadText(bytes("\ufeffa"), "roster", "r.yaml"), "\ufeffa");
});

Deno.test("loadText() refuses when the file is missing or no UTF-8", async () => {
  const latin1 = () => Promise.resolve(new Uint8Array([0xe9, 0x0a]));

  await assert.rejects(
    loadText(Deno.readFile, "roster", "/nonexistent/r.yaml"),
    refusal('Cannot read roster "/nonexistent/r.yaml": there is no such file'),
  );
  await assert.rejects(
    loadText(latin1, "roster", "r.yaml"),
    refusal('Cannot read roster "r.yaml": it is not UTF-8'),
  );
});

Deno.test("each loader names its file and what is wrong when it is refused", async () => {
  await assert.rejects(
    loadRoster(bytes("users: 1"), "r.yaml"),
    refusal(/^Cannot read roster "r\.yaml": users is 1, must be .* \(line 1, column 8\)$/),
  );
  await assert.rejects(
    loadLedger(bytes("[]"), "p.json"),
    refusal(/^Cannot read ports file "p\.json": /),
  );
  await assert.rejects(loadMembers(bytes("[]"), "m"), refusal(/^Cannot read member list "m": /));
  await assert.rejects(loadRoles(bytes("[]"), "k"), refusal(/^Cannot read cluster users "k": /));
});

Deno.test("loadLedger() gives nobody a port when there is no file", async () => {
  assert.equal((await loadLedger(bytes(""), undefined)).ledger.size, 0);
});

Deno.test("loadRoster() tells a roster of nobody from a text that says nothing", async () => {
  const said = await Promise.all(
    ["users:\n", "users: {}", "", "# torn", "{}"].map((text) => loadRoster(bytes(text), "r.yaml")),
  );

  assert.deepEqual(said.map(({ hasUsersKey }) => hasUsersKey), [true, true, false, false, false]);
});
