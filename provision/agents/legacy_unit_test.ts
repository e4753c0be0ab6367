import assert from "node:assert/strict";
import fc from "fast-check";
import { legacyUnit } from "./legacy_unit.ts";

const SERVICE = "playwright-mcp.service";

Deno.test("legacyUnit() finds the port of a server however it is written", () => {
  for (
    const text of [
      "[Service]\nExecStart=npx -y @playwright/mcp@0.0.76 --port 8931 --host localhost\n",
      "[Service]\nExecStart=npx @playwright/mcp --port=8931\n",
      '[Service]\nExecStart=npx @playwright/mcp --port "8931"\n',
      "[Service]\nExecStart=npx @playwright/mcp \\\n  # why\n  --host localhost \\\n  --port \\\n 8931",
      "[Service]\nEnvironment=PLAYWRIGHT_PORT=8931\nExecStart=mcp --port ${PLAYWRIGHT_PORT}\n",
      '[Service]\nEnvironment="PORT=8931" "HOST=x"\nExecStart=mcp\n',
    ]
  ) {
    assert.deepEqual(legacyUnit(SERVICE, [text]), { kind: "server", ports: [8931] }, text);
  }
});

Deno.test("legacyUnit() counts every port that a unit or what adds to it names", () => {
  assert.deepEqual(
    legacyUnit(SERVICE, ["ExecStart=mcp --port 8932", "Environment=PORT=8931"]),
    { kind: "server", ports: [8931, 8932] },
  );
});

Deno.test("legacyUnit() does not guess", () => {
  for (
    const text of [
      "ExecStart=npx @playwright/mcp",
      "ExecStart=mcp --port ${PLAYWRIGHT_PORT}\nEnvironmentFile=%h/env",
      "ExecStart=mcp --port %i",
      "# ExecStart=mcp --port 8931\nExecStart=mcp",
      "ExecStart=mcp --port 893111",
      "ExecStart=mcp --portal 8931",
      "",
    ]
  ) assert.deepEqual(legacyUnit(SERVICE, [text]), { kind: "unknown" }, text);
  assert.deepEqual(legacyUnit(SERVICE, ["ExecStart=mcp --port 8931", undefined]), {
    kind: "unknown",
  });
  const long = `ExecStart=mcp --port 8931\n${"#".repeat(100_000)}`;
  assert.deepEqual(legacyUnit(SERVICE, [long]), { kind: "unknown" });
});

Deno.test("legacyUnit() tells what serves nobody", () => {
  assert.deepEqual(legacyUnit("playwright-snapshot-refresh.timer", [undefined]), { kind: "task" });
  const oneshot = "[Service]\nType=oneshot\nExecStart=refresh";
  assert.deepEqual(legacyUnit("playwright-snapshot-refresh.service", [oneshot]), { kind: "task" });
  assert.deepEqual(legacyUnit(SERVICE, [`#${oneshot}`, undefined]), { kind: "unknown" });
});

Deno.test("legacyUnit() reads any text, and finds its port among any other lines", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 65535 }), (a, b, port) => {
      legacyUnit(SERVICE, [a, b]);
      const lines = (text: string) => text.replaceAll(/[\\]|Type/g, "");
      const unit = legacyUnit(SERVICE, [`${lines(a)}\nExecStart=mcp --port ${port}\n${lines(b)}`]);

      assert.ok(unit.kind === "server" && unit.ports.includes(port));
    }),
  );
});
