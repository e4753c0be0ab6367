/**
 * An account is made whole by the next run, wherever `useradd` was killed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bootBox } from "./support/box.ts";
import { runInside } from "./support/inside.ts";
import { holdPackagesLayer } from "./support/packages_layer.ts";

Deno.test("create_account makes a whole account wherever useradd was killed before", async () => {
  await using layer = await holdPackagesLayer();
  await using box = await bootBox({ on: layer });
  // Calls before this one only load libraries and read.
  const told = await runInside(box, "kill_useradd.ts", { args: ["20"] });

  const kills = told.trim().split("\n").map((line) => JSON.parse(line));
  for (const { user, left, outcome, account } of kills) {
    assert.deepEqual(outcome, { isDone: true }, `${user}, of which there were ${left}`);
    const { uid, gid } = account;
    assert.deepEqual(account, {
      uid,
      gid,
      home: `/home/${user}`,
      shell: "/bin/bash",
      isExpired: false,
    });
  }
  const states = new Set(kills.map(({ left }) => left.join(" ")));
  assert.deepEqual([...states], [
    "",
    "passwd",
    "passwd shadow",
    "passwd shadow group",
    "passwd shadow group gshadow",
    "passwd shadow group gshadow subuid",
    "passwd shadow group gshadow subuid subgid",
  ]);
  await box.sh("pwck --read-only --quiet && grpck --read-only --quiet");
  // One more was made without being killed.
  const lines = await box.sh(
    "cd /etc; grep -c '^k[0-9]' passwd shadow group gshadow subuid subgid",
  );
  const counts = new Set(lines.trim().split("\n").map((line) => line.split(":")[1]));
  assert.deepEqual([...counts], [String(kills.length + 1)], lines);
  const shared = await box.sh("cut -d: -f2 /etc/subuid | sort | uniq -d");
  assert.equal(shared, "", "no two accounts have the same subordinate ids");
  const passwords = await box.sh("grep '^k[0-9]' /etc/shadow | cut -d: -f2 | sort -u");
  assert.ok(/^(?:!.*\n)+$/.test(passwords), passwords);
  assert.equal(await box.sh("ls -A /home | grep -v '^k' || true"), "");
  const homes = await box.sh("stat -c '%U:%G %a' /home/* | sed 's/k[0-9]*/k/g' | sort -u");
  assert.equal(homes, "k:k 700\n");
  assert.equal(await box.sh("ls /etc | grep '[.]lock$' || true"), "");
});
