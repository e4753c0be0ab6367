import assert from "node:assert/strict";
import { parseRoster } from "../roster/parse_roster.ts";
import { findUsers, rosterRows } from "./adopt.ts";
import type { HostView } from "./host_view.ts";

const FILES: Readonly<Record<string, string>> = {
  "/etc/t3-serve/ada.env": "T3_PORT=3773\n",
  "/etc/t3-serve/playwright-grace_h.env": "PLAYWRIGHT_PORT=8932\n",
  "/etc/t3-serve/nobody-here.env": "T3_PORT=3790\n",
  "/etc/t3-serve/dispatch.json": '{"g.hopper": {"os_user": "grace_h", "port": 3774}}',
};

const HOST: HostView = {
  file: () => ({ kind: "absent" }),
  bytes: (path) => FILES[path] === undefined ? undefined : new TextEncoder().encode(FILES[path]),
  names: () => Object.keys(FILES).map((path) => path.slice(path.lastIndexOf("/") + 1)),
  account: (name) =>
    ["ada", "grace_h", "edsger"].includes(name)
      ? { uid: 1000, gid: 1000, home: `/home/${name}`, shell: "/bin/zsh", isExpired: false }
      : undefined,
  isForeignAccount: () => false,
  group: (name) => name === "docker" ? { gid: 7, members: new Set(["ada"]) } : undefined,
  unit: () => ({ isEnabled: false, active: "inactive" }),
  listener: () => undefined,
  holder: () => undefined,
};

Deno.test("findUsers() finds whom the box serves and the roster does not have", () => {
  const found = findUsers(HOST, new Set(["edsger"]));

  assert.deepEqual(found.map(({ os_user, tier }) => [os_user, tier]), [
    ["ada", "admin"],
    ["grace_h", "namespace-owner"],
  ]);
  assert.equal(found[1]?.authentik_user, "g.hopper");
  assert.deepEqual(findUsers(HOST, new Set(["ada", "grace_h"])), []);
});

Deno.test("rosterRows() gives rows that a roster takes as they are", () => {
  const rows = rosterRows(findUsers(HOST, new Set()));

  const parsed = parseRoster(`users:\n${rows}`);

  assert.ok(parsed.isValid, rows);
  assert.deepEqual(parsed.roster.users.map(({ os_user }) => os_user), ["ada", "grace_h"]);
  assert.match(rows, /# seen: \/etc\/t3-serve\/ada\.env\n {2}ada:/);
});
