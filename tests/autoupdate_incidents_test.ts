/**
 * Two incidents, replayed: with the updater that had them, reduced to what mattered, and with ours.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { ask } from "../t3/instance.ts";
import { pair } from "../t3/pair.ts";
import { fillUser, makeAutoupdateBox, nodeAndNpm } from "./support/autoupdate_box.ts";
import { build, ERAS } from "./t3_fixture/builds.ts";
import { startRegistry, type TestRegistry } from "./t3_fixture/registry.ts";
import { existingBuild, startT3 } from "./t3_fixture/running.ts";

const USERS = ["ada", "grace"];

interface Scene {
  readonly registry: TestRegistry;
  readonly directory: string;
  readonly shared: { readonly nodeDir: string; readonly versionsDir: string };
}

async function withRegistry(work: (scene: Scene) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-incident-" });
  try {
    await using registry = await startRegistry();
    const nodeDir = await nodeAndNpm(`${directory}/node`);
    await work({ registry, directory, shared: { nodeDir, versionsDir: `${directory}/versions` } });
  } finally {
    await runCommand("/bin/sh", ["-c", 'chmod -R u+w "$0" && rm -rf "$0"', directory]);
  }
}

Deno.test("replay of 2026-06-09: a renamed endpoint and migrated data", async (t) => {
  const [old, bad] = ["0.0.24", "0.0.25-nightly.20260608.497"];
  await withRegistry(async ({ registry, directory, shared }) => {
    await registry.publish(build(old, ERAS.bootstrap), "latest");
    await registry.publish(build(bad, ERAS.browserSession), "nightly");

    await t.step(
      "npm -g, a restart and GET / break everybody; going back makes it worse",
      async () => {
        const prefix = `${directory}/global`;
        const install = (version: string) =>
          registry.npm("install", "--global", "--prefix", prefix, `t3@${version}`, "--no-audit");
        const baseDir = `${directory}/base`;
        await install(old);
        const program = await existingBuild(prefix);
        {
          await using server = await startT3(program, { baseDir });
          await server.listening();
        }
        await install("nightly");
        {
          await using server = await startT3(program, { baseDir });
          await server.listening();
          const smoke = await ask(server.instance, "/");
          const credential = (await program.mint(baseDir)).reveal();
          const login = await ask(server.instance, "/api/auth/bootstrap", {
            method: "POST",
            body: JSON.stringify({ credential }),
          });
          assert.ok(smoke.kind === "answer" && login.kind === "answer");
          assert.deepEqual([smoke.status, login.status], [200, 404], "the smoke test passes");
        }
        await install(old);
        {
          await using server = await startT3(program, { baseDir });
          await server.listening();
          await assert.rejects(program.mint(baseDir), /no column named role/);
        }
      },
    );

    await t.step("ours touches one user, and gives them back what they had", async () => {
      await using box = await makeAutoupdateBox(registry, USERS, shared);
      // The front door of then knew one endpoint.
      box.door.onlyEndpoint = "/api/auth/bootstrap";
      assert.equal((await box.update("run", { env: { T3_PIN: old } })).code, 0);
      for (const user of USERS) fillUser(box, user);

      const night = await box.update("run");

      assert.equal(night.code, 5, night.log);
      assert.match((await box.state()).skipped[bad]?.why ?? "", /front door/);
      assert.deepEqual(await box.versions(), { ada: old, grace: old });
      for (const { user, identity } of box.instances) {
        assert.deepEqual(box.threads(user).length, 4);
        const response = await fetch(box.door.origin, {
          headers: { "x-authentik-username": identity },
          redirect: "manual",
        });
        await response.body?.cancel();
        assert.equal(response.status, 302, `${user} can log in`);
      }
      // The first is whoever has the lower port, which the kernel gives here.
      const touched = new Set([...night.log.matchAll(/user=(\w+)/g)].map(([, user]) => user));
      assert.equal(touched.size, 1, `nobody after the first was interrupted: ${night.log}`);
    });

    await t.step(
      "ours brings it out where the front door finds out what it is called",
      async () => {
        const versionsDir = `${shared.versionsDir}-2`;
        await using box = await makeAutoupdateBox(registry, USERS, { ...shared, versionsDir });
        assert.equal((await box.update("run", { env: { T3_PIN: old } })).code, 0);
        for (const user of USERS) fillUser(box, user);

        const night = await box.update("run");

        assert.equal(night.code, 0, night.log);
        assert.deepEqual(await box.versions(), { ada: bad, grace: bad });
      },
    );
  });
});

Deno.test("replay of the seventeen days: a gate that looks for a cookie by its name", async (t) => {
  const nights = Array.from(
    { length: 4 },
    (_, night) => `0.0.34-nightly.2026072${night}.${800 + night}`,
  );
  await withRegistry(async ({ registry, directory, shared }) => {
    await registry.publish(build("0.0.29", ERAS.browserSession), "latest");
    await using box = await makeAutoupdateBox(registry, USERS, shared);
    assert.equal((await box.update("run", { env: { T3_PIN: "0.0.29" } })).code, 0);
    for (const user of USERS) fillUser(box, user);

    for (const [night, version] of nights.entries()) {
      await t.step(
        `night ${night + 1}: its gate refuses a good build, ours brings it out`,
        async () => {
          await registry.publish(build(version, ERAS.portCookie));
          const prefix = `${directory}/smoke-${night}`;
          await registry.npm(
            "install",
            "--global",
            "--prefix",
            prefix,
            `t3@${version}`,
            "--no-audit",
          );
          const program = await existingBuild(prefix);
          const baseDir = `${directory}/smoke-base-${night}`;
          await using server = await startT3(program, { baseDir });
          await server.listening();
          const paired = await pair(server.instance, await program.mint(baseDir));
          assert.ok(paired.kind === "paired");
          const isAccepted = paired.setCookies.some((line) => line.startsWith("t3_session="));

          const ours = await box.update("run");

          assert.equal(isAccepted, false);
          assert.equal(ours.code, 0, ours.log);
          assert.deepEqual(await box.versions(), { ada: version, grace: version });
        },
      );
    }

    await t.step(
      "a gate that is broken blames no build, and is an alarm in three nights",
      async () => {
        const version = "0.0.35-nightly.20260801.900";
        await registry.publish(build(version, ERAS.portCookie));
        for (let night = 0; night < 3; night++) {
          // The registry is asked from a place that works; the gate has nowhere to put its copies.
          const broken = await box.update("run", { env: { T3_BACKUP_DEST: "/proc/nowhere" } });
          assert.equal(broken.code, 3, broken.log);
        }

        const { skipped, inconclusive } = await box.state();
        assert.deepEqual([skipped, inconclusive, await box.isFrozen()], [{}, 3, false]);
        const repaired = await box.update("run");
        assert.equal(repaired.code, 0, repaired.log);
        assert.deepEqual(await box.versions(), { ada: version, grace: version });
      },
    );
  });
});
