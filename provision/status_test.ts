import assert from "node:assert/strict";
import { derive } from "../roster/derive.ts";
import { parseRoster } from "../roster/parse_roster.ts";
import type { HostView } from "./host_view.ts";
import { statusOf, statusText } from "./status.ts";

const HOST: HostView = {
  file: (path) =>
    path === "/opt/t3/instances/ada"
      ? { kind: "link", target: "../versions/0.1.10", uid: 0 }
      : { kind: "absent" },
  bytes: () => undefined,
  names: () => [],
  account: (name) =>
    name === "ada"
      ? { uid: 1000, gid: 1000, home: "/home/ada", shell: "/bin/zsh", isExpired: false }
      : undefined,
  isForeignAccount: () => false,
  group: () => undefined,
  unit: (name) =>
    name.endsWith("@ada.service")
      ? { isEnabled: true, active: "active" }
      : { isEnabled: false, active: "inactive" },
  listener: (port) => port === 8931 ? { uid: 1000, connections: 0 } : undefined,
  holder: () => undefined,
};

Deno.test("statusOf() says of each user what there is, and of those who left", () => {
  const parsed = parseRoster(`users:
  ada: {authentik_user: ada, k8s_user: ada, tier: admin}
  bob: {authentik_user: bob, k8s_user: bob, tier: power-user, parked: true}
`);
  assert.ok(parsed.isValid);
  const derived = derive(parsed.roster);
  assert.ok(derived.isComplete);

  const rows = statusOf(derived.state, ["cy"], {
    host: HOST,
    modifiedMs: (path) => path.startsWith("/home/ada/") ? 1_000 : undefined,
    nowMs: 61_000,
    hasInstaller: true,
  });

  assert.equal(
    statusText(rows),
    `user  tier                account  t3                  mcp          follower  snapshot
ada   admin               yes      3773 active 0.1.10  8931 active  active    60 s old
bob   power-user, parked  no       3774 off            8932 off     off       none
cy    gone                no       0 off               0 off        off       none

ada waits for claude: hearth-provision apply --user ada
`,
  );
  assert.equal(rows[0]?.mcp.is_listening, true);
  assert.equal(rows[1]?.mcp.is_listening, false);
});

Deno.test("statusText() says so where nobody is", () => {
  assert.equal(statusText([]), "Nobody is in the roster.\n");
});
