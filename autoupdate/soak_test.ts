/**
 * @module
 */
import assert from "node:assert/strict";
import type { Effects, Instance } from "./effects.ts";
import { soak } from "./soak.ts";
import { box, NEW, OLD, runThrough, THREE } from "./work_fixture.ts";

const users = THREE.map(({ name }) => ({
  user: name,
  from: OLD,
  step: { at: "verified" as const, backup: "copy" },
}));

/** Watches three for a minute, on a box where `grace` has nothing running. */
async function watch(isHere: (instance: Instance) => boolean) {
  const good = box("none", THREE, OLD);
  await runThrough(good);
  const made = good.effects();
  const { services } = made;
  const instances = await made.instances();
  const effects: Effects = {
    ...made,
    instances: () => Promise.resolve(instances.filter(isHere)),
    services: {
      ...services,
      isActive: (user) => user === "grace" ? Promise.resolve(false) : services.isActive(user),
    },
  };
  const way = { to: NEW, users, untilMs: good.clock.now() + 60_000 };
  const all = new Map(instances.map((one) => [one.user, one]));
  return await soak(effects, all, way, new AbortController().signal);
}

Deno.test("soak() holds against a build that somebody's server does not run", async () => {
  assert.deepEqual(await watch(() => true), { is: "bad", user: "grace", why: "it does not run" });
});

Deno.test("soak() holds nothing against a build when somebody left meanwhile", async () => {
  assert.deepEqual(await watch(({ user }) => user !== "grace"), { is: "ok" });
});
