import assert from "node:assert/strict";
import fc from "fast-check";
import { decideLock, type LockFacts, parseLockOwner } from "./profile_lock.ts";

const CHROMIUM = ["/usr/lib/chromium/chromium", "--user-data-dir=/profile"];
const FACTS: LockFacts = {
  target: "here-100",
  host: "here",
  profileDir: "/profile",
  commandOf: () => CHROMIUM,
};

Deno.test("parseLockOwner() reads back any host and process", () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 4_194_304 }), (name, pid) => {
    // A symlink's target holds no line breaks in practice, and a host's name never.
    const host = name.replaceAll(/[\n\r\u2028\u2029]/g, "");
    assert.deepEqual(parseLockOwner(`${host}-${pid}`), { host, pid });
  }));
});

Deno.test("parseLockOwner() makes nothing of what Chromium did not write", () => {
  for (const target of ["", "host", "host-", "host-0", "host--1x", "-", "host-12345678901"]) {
    assert.equal(parseLockOwner(target), undefined, target);
  }
});

Deno.test("decideLock() leaves a profile alone that nobody locked", () => {
  assert.deepEqual(decideLock({ ...FACTS, target: undefined }), { kind: "free" });
});

Deno.test("decideLock() respects a live Chromium of the profile", () => {
  assert.deepEqual(decideLock(FACTS), { kind: "locked", pid: 100 });
  assert.equal(decideLock({ ...FACTS, profileDir: "/profile/" }).kind, "locked");
});

Deno.test("decideLock() respects a live Chromium that does not name its profile", () => {
  const commandOf = () => ["/usr/bin/google-chrome"];

  assert.deepEqual(decideLock({ ...FACTS, commandOf }), { kind: "locked", pid: 100 });
});

for (
  const { what, facts } of [
    { what: "its owner is dead", facts: { commandOf: () => undefined } },
    { what: "its owner ran on another host", facts: { host: "there" } },
    { what: "its pid went to another program", facts: { commandOf: () => ["/usr/bin/python3"] } },
    {
      what: "its pid went to a Chromium of another profile",
      facts: { commandOf: () => ["/usr/bin/chromium", "--user-data-dir=/other"] },
    },
    {
      what: "its pid went to a Chromium's helper",
      facts: { commandOf: () => [...CHROMIUM, "--type=gpu-process"] },
    },
    { what: "it names no process", facts: { target: "nonsense" } },
  ]
) {
  Deno.test(`decideLock() removes a lock when ${what}`, () => {
    assert.equal(decideLock({ ...FACTS, ...facts }).kind, "remove");
  });
}

Deno.test("decideLock() never removes the lock of a live Chromium on this host", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 4_194_304 }),
    fc.array(fc.string().filter((text) => !text.startsWith("--type="))),
    (pid, others) => {
      const commandOf = () => [...CHROMIUM, ...others];
      assert.equal(decideLock({ ...FACTS, target: `here-${pid}`, commandOf }).kind, "locked");
    },
  ));
});
