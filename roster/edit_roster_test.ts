/**
 * Edits against any roster people write: what they do not concern stays byte for byte.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Fault } from "../core/fault.ts";
import { anyRosterText, rosterOf } from "../tests/support/roster.ts";
import { appendUser, commentOutUser } from "./edit_roster.ts";

const TEXT = `# The people
users:
  ada:   # founder
    authentik_user: ada
    k8s_user: ada

    # she may
    tier: admin
  bob: {authentik_user: bob, k8s_user: bob, tier: power-user}
# the end`;

const NEWCOMER = { os_user: "zoe", authentik_user: "Zoe.X@example.com", namespace: "zoe" };
const NOTE = "2026-11-21: no longer a member of the group";

Deno.test("commentOutUser() records the note and the original lines when a row is taken out", () => {
  assert.equal(
    commentOutUser(TEXT, "ada", NOTE),
    `# The people
users:
  # ${NOTE}
  # ada:   # founder
  #   authentik_user: ada
  #   k8s_user: ada

  #   # she may
  #   tier: admin
  bob: {authentik_user: bob, k8s_user: bob, tier: power-user}
# the end`,
  );
});

Deno.test("appendUser() adds a row at the floor tier after the last one", () => {
  assert.equal(
    appendUser(TEXT, NEWCOMER),
    TEXT.replace(
      "power-user}\n",
      `power-user}
  zoe:
    authentik_user: Zoe.X@example.com
    k8s_user: zoe
    tier: namespace-owner
    namespaces: [zoe]
`,
    ),
  );
});

Deno.test.each([
  ["", "users:\n"],
  ["# nobody\n", "# nobody\nusers:\n"],
  ["# nobody", "# nobody\nusers:\n"],
  ["users:", "users:\n"],
  ["users: # people\n  # none yet\n", "users: # people\n"],
  ["\ufeffusers:\r\n", "\ufeffusers:\r\n"],
])("appendUser() makes the first row when the roster is %j", (text, begin) => {
  const edited = appendUser(text, NEWCOMER);

  assert.ok(edited.startsWith(begin));
  assert.deepEqual(rosterOf(edited).users.map(({ os_user }) => os_user), ["zoe"]);
  assert.equal(edited.includes("\r\n"), text.includes("\r\n"));
  assert.doesNotMatch(edited, text.includes("\r\n") ? /[^\r]\n/ : /\r/);
});

Deno.test("appendUser() quotes what YAML would not take for a text", () => {
  const edited = appendUser("", { os_user: "true", authentik_user: "1e5", namespace: "null" });

  const [user] = rosterOf(edited).users;
  assert.deepEqual([user?.os_user, user?.authentik_user, user?.namespaces], ["true", "1e5", [
    "null",
  ]]);
});

Deno.test.each<[string, () => string, RegExp]>([
  ["the user is not there", () => commentOutUser(TEXT, "eve", NOTE), /no such user/],
  [
    "the user is commented out",
    () => commentOutUser(commentOutUser(TEXT, "bob", NOTE), "bob", NOTE),
    /no such user/,
  ],
  ["the user is there already", () => appendUser(TEXT, { ...NEWCOMER, os_user: "bob" }), /already/],
  [
    "the identity is there already",
    () => appendUser(TEXT, { ...NEWCOMER, authentik_user: "BOB" }),
    /another person/,
  ],
  ["rows share a line", () => appendUser("users: {}", NEWCOMER), /in one line/],
  ["all is in one line", () => appendUser("{}", NEWCOMER), /in one line/],
  [
    "the row shares a line",
    () =>
      commentOutUser(
        "users: {ada: {authentik_user: ada, k8s_user: ada, tier: admin}}",
        "ada",
        NOTE,
      ),
    /shares a line/,
  ],
  ["the roster is invalid", () => appendUser("users: 3", NEWCOMER), /Cannot read roster/],
])("edits are refused when %s", (_, edit, why) => {
  assert.throws(edit, (error) => error instanceof Fault && why.test(error.message));
});

Deno.test("commentOutUser() changes only the row's lines when the roster is anything", () => {
  fc.assert(
    fc.property(anyRosterText, fc.nat(), (text, pick) => {
      const before = rosterOf(text).users;
      const user = before[pick % Math.max(1, before.length)];
      fc.pre(user !== undefined);

      const edited = commentOutUser(text, user.os_user, NOTE);

      assert.deepEqual(rosterOf(edited).users, before.filter((other) => other !== user));
      // Taking the note and the marks away gives the old text back, byte for byte.
      assert.equal(undone(text, edited), text);
    }),
    { numRuns: 300 },
  );
});

Deno.test("appendUser() changes nothing but the new lines when the roster is anything", () => {
  fc.assert(
    fc.property(anyRosterText, (text) => {
      const before = rosterOf(text).users;

      const edited = appendUser(text, NEWCOMER);

      const after = rosterOf(edited).users;
      assert.deepEqual(after.slice(0, -1), before);
      assert.equal(after.at(-1)?.os_user, "zoe");
      const added = edited.length - text.length;
      const at = edited.slice(0, edited.indexOf("zoe:")).search(/\r?\n *$/);
      assert.equal(edited.slice(0, at) + edited.slice(at + added), text);
    }),
    { numRuns: 300 },
  );
});

Deno.test("both edits give the old text back but for comments when one follows the other", () => {
  fc.assert(
    fc.property(anyRosterText, (text) => {
      const edited = commentOutUser(appendUser(text, NEWCOMER), "zoe", NOTE);

      assert.deepEqual(rosterOf(edited), rosterOf(text));
      const eol = text.split("\n")[0]?.endsWith("\r") ? "\r" : "";
      const isNew = (line: string) =>
        /^ *# (?:2026-11-21: |zoe:$| {2}\w+: [^#]*(?:zoe|owner))/i.test(line);
      const kept = edited.split("\n").filter((line) => !isNew(line.replace(/\r$/, "")));
      // A newline that was missing at the end stands between the text and what was added.
      const end = kept.join("\n").endsWith(eol) && !text.endsWith(eol) ? eol : "";
      assert.equal(kept.join("\n"), text + end);
    }),
    { numRuns: 300 },
  );
});

/** The text with the note's line and the row's marks taken away again, line by line. */
function undone(text: string, edited: string): string {
  const old = text.split("\n");
  const lines = edited.split("\n");
  const at = lines.findIndex((line) => line.includes(NOTE));
  assert.match(lines[at] ?? "", /^\ufeff? *# 2026[^\n]*$/);
  lines.splice(at, 1);
  assert.equal(lines.length, old.length);
  return lines.map((line, index) =>
    line === old[index] ? line : line.replace(/^(\ufeff? *)# /, "$1")
  ).join("\n");
}
