/**
 * @module
 */
import assert from "node:assert/strict";
import { parseSysusers } from "./sysusers.ts";
import { systemFiles } from "./system_file.ts";
import { parseTmpfiles } from "./tmpfiles.ts";

Deno.test("systemFiles() puts each file where its folder says", () => {
  const content = new TextEncoder().encode("#!/bin/sh\n");
  const text = new TextEncoder().encode("text\n");
  const paths = [
    "system/a@.service",
    "sudoers.d/t3-autopair",
    "skel/start-claude.sh",
    "skel/.zshenv",
    "unit_rules.ts",
    "unknown/a",
  ];

  const files = systemFiles(
    new Map(paths.map((path) => [path, path.endsWith(".sh") ? content : text])),
  );

  assert.deepEqual(files.map(({ path, mode }) => [path, mode]), [
    ["/etc/skel/.zshenv", 0o644],
    ["/etc/skel/start-claude.sh", 0o755],
    ["/etc/sudoers.d/t3-autopair", 0o440],
    ["/etc/systemd/system/a@.service", 0o644],
    ["/usr/local/bin/start-claude", 0o755],
  ]);
});

Deno.test("parseSysusers() reads accounts, groups and members, and refuses the rest", () => {
  const text = '# why\nu t3-dispatch - "the broker" /nonexistent\ng codex-shared -\nm a b\n';

  assert.deepEqual(parseSysusers(text), {
    users: ["t3-dispatch"],
    groups: ["codex-shared"],
    members: [{ user: "a", group: "b" }],
  });
  assert.throws(() => parseSysusers("r - 100-200\n"), /Cannot read line 1/);
});

Deno.test("parseTmpfiles() reads directories, and refuses the rest", () => {
  const [directory, ...others] = parseTmpfiles(
    "# why\nd /var/backups/t3-state 2770 root adm -\ne /home/*/.cache/x - - - 14d\n",
  );

  assert.deepEqual(others, []);
  assert.deepEqual(directory, {
    path: "/var/backups/t3-state",
    mode: 0o2770,
    owner: { user: "root", group: "adm" },
  });
  assert.throws(() => parseTmpfiles("f /etc/x 0644 root root - text\n"), /Cannot read line 1/);
  assert.throws(() => parseTmpfiles("d /etc/x\n"), /Cannot read line 1/);
});
