import assert from "node:assert/strict";
import fc from "fast-check";
import { scopedFlags } from "./scoped_flags.ts";

Deno.test("scopedFlags() moves paths and ports and keeps the rest", () => {
  const flags = scopedFlags({
    read: ["/profile/snapshots", "/profiles", "/etc/hosts"],
    write: ["/profile"],
    net: ["127.0.0.1:9222", "0.0.0.0:8088", "example.com"],
  }, {
    paths: { "/profile": "/home/ada/hearth" },
    ports: { 9222: 40_001 },
    net: ["127.0.0.1:7"],
  });

  assert.deepEqual(flags, [
    "--allow-read=/home/ada/hearth/snapshots,/profiles,/etc/hosts",
    "--allow-write=/home/ada/hearth",
    "--allow-net=127.0.0.1:40001,0.0.0.0:8088,example.com,127.0.0.1:7",
  ]);
});

Deno.test("scopedFlags() adds no kind and no entry that a set does not have", () => {
  const entry = fc.stringMatching(/^[a-z/.:0-9]{1,20}$/);
  fc.assert(fc.property(
    fc.record({ read: fc.array(entry), write: fc.array(entry), net: fc.array(entry) }, {
      requiredKeys: [],
    }),
    (set) => {
      const flags = scopedFlags(set, { paths: { "/profile": "/data" }, ports: { 1: 2 } });

      for (const flag of flags) {
        const [, kind = "", list = ""] = /^--allow-(\w+)=(.*)$/.exec(flag) ?? [];
        const allowed = set[kind as keyof typeof set] ?? [];
        assert.ok(list.split(",").length <= allowed.length);
      }
    },
  ));
});
