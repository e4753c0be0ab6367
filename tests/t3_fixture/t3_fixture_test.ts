/**
 * The room `t3/` against builds of every era and with every flaw.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Secret } from "../../core/secret.ts";
import { parseVersionOutput, STOPPED_EXIT_CODE, VERSION_ARGS } from "../../t3/cli.ts";
import { askEnvironment } from "../../t3/environment.ts";
import { ask } from "../../t3/instance.ts";
import { pair, type PairOutcome } from "../../t3/pair.ts";
import { askSession, isSessionCookieName } from "../../t3/session.ts";
import { probeWebSocket } from "../../t3/web_socket.ts";
import { build, type Difference, ERAS, FLAWS } from "./builds.ts";
import { populate } from "./populate.ts";
import { startRegistry } from "./registry.ts";
import { existingBuild, installedBuild, startT3 } from "./running.ts";

/** A directory for one test. */
async function inScratch(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth t3 " });
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Pairs with a fresh server of a build. */
async function pairWith(
  differences: readonly Difference[],
  work: (outcome: PairOutcome, port: number) => void | Promise<void>,
): Promise<void> {
  await inScratch(async (directory) => {
    const installed = await installedBuild(`${directory}/t3`, build("0.0.34", ...differences));
    const baseDir = `${directory}/base`;
    await using server = await startT3(installed, { baseDir });
    await server.listening();
    populate(baseDir, { titles: ["poison"] });
    await work(await pair(server.instance, await installed.mint(baseDir)), server.port);
  });
}

const EXPECTED: Readonly<Record<string, { endpoint: string; cookie: (port: number) => RegExp }>> = {
  bootstrap: { endpoint: "/api/auth/bootstrap", cookie: () => /^t3_session=/ },
  browserSession: { endpoint: "/api/auth/browser-session", cookie: () => /^t3_session=/ },
  portCookie: {
    endpoint: "/api/auth/browser-session",
    cookie: (port) => new RegExp(`^t3_session_${port}_[0-9a-f]{12}=`),
  },
  environmentCookie: {
    endpoint: "/api/auth/browser-session",
    cookie: () => /^t3_session_[0-9a-f]{12}=/,
  },
};

for (const [era, { endpoint, cookie }] of Object.entries(EXPECTED)) {
  Deno.test(`pair() proves a session when the build is of the era "${era}"`, async () => {
    const difference = ERAS[era as keyof typeof ERAS];

    await pairWith([difference], (outcome, port) => {
      assert.ok(outcome.kind === "paired", JSON.stringify(outcome));
      assert.equal(outcome.endpoint, endpoint);
      assert.equal(outcome.isFallback, endpoint === "/api/auth/bootstrap");
      assert.match(outcome.setCookies.join(), cookie(port));
      assert.ok(isSessionCookieName(outcome.session.cookieName ?? ""));
      assert.ok(outcome.cookie.startsWith(`${outcome.session.cookieName}=`));
    });
  });
}

Deno.test("pair() fails when a 200 carries no cookie", async () => {
  await pairWith([FLAWS.cookieMissing], (outcome) => assert.equal(outcome.kind, "no_cookie"));
});

Deno.test("pair() repeats no credential when the instance breaks on its data", async () => {
  await pairWith([FLAWS.pairingFailsForPoison], (outcome) => {
    assert.ok(outcome.kind === "refused");
    assert.equal(outcome.status, 500);
    assert.match(outcome.text, /cannot decode/);
  });
});

Deno.test("pair() tells what went wrong when the instance is not well", async () => {
  await inScratch(async (directory) => {
    const installed = await installedBuild(`${directory}/t3`, build("0.0.34"));
    const baseDir = `${directory}/base`;
    const server = await startT3(installed, { baseDir });
    await using _ = server;
    await server.listening();
    const credential = await installed.mint(baseDir);

    await server.flip({ answerMs: 60_000 });
    const late = await pair(server.instance, credential, { deadlineMs: 200 });
    await server.flip({ answerMs: 0, status: 404 });
    const absent = await pair(server.instance, credential);
    await server.flip({ status: undefined });
    const wrong = await pair(server.instance, new Secret("WRONG"));
    const first = await pair(server.instance, credential);
    const second = await pair(server.instance, credential);
    await server.stop();
    const dead = await pair(server.instance, credential);
    await using again = await startT3(installed, { baseDir, port: server.port });
    await again.listening();
    const restarted = await pair(again.instance, await installed.mint(baseDir));

    assert.deepEqual([late.kind, "why" in late && late.why], ["no_answer", "late"]);
    assert.equal(absent.kind, "no_endpoint");
    assert.deepEqual([wrong.kind, "status" in wrong && wrong.status], ["refused", 401]);
    assert.equal(first.kind, "paired");
    assert.equal(second.kind, "refused", "a credential works once");
    assert.deepEqual([dead.kind, "why" in dead && dead.why], ["no_answer", "refused"]);
    assert.equal(restarted.kind, "paired", "no connection of the former server is used");
  });
});

Deno.test("askSession() tells a live session from a dead one when it is revoked", async () => {
  await inScratch(async (directory) => {
    const installed = await installedBuild(
      `${directory}/t3`,
      build("0.0.40", ERAS.environmentCookie),
    );
    const baseDir = `${directory}/base`;
    await using server = await startT3(installed, { baseDir });
    await server.listening();
    const paired = await pair(server.instance, await installed.mint(baseDir));
    assert.ok(paired.kind === "paired");

    const live = await askSession(server.instance, { cookie: paired.cookie });
    const opened = await probeWebSocket(server.instance, { cookie: paired.cookie });
    const refused = await probeWebSocket(server.instance, { cookie: "t3_session=forged.sig" });
    await server.flip({ webSocket: "silent" });
    const silent = await probeWebSocket(server.instance, {
      cookie: paired.cookie,
      deadlineMs: 300,
    });
    const database = new DatabaseSync(`${baseDir}/userdata/state.sqlite`);
    database.exec("DELETE FROM auth_sessions");
    database.close();
    const dead = await askSession(server.instance, { cookie: paired.cookie });

    assert.ok(live.kind === "session" && live.session.isAuthenticated);
    assert.equal(opened.kind, "opened");
    assert.deepEqual([refused.kind, "why" in refused && refused.why], ["failed", "refused"]);
    assert.deepEqual([silent.kind, "why" in silent && silent.why], ["failed", "late"]);
    assert.ok(dead.kind === "session" && !dead.session.isAuthenticated);
  });
});

Deno.test("fixture migrates the live state when a newer build mints, and the old one breaks", async () => {
  await inScratch(async (directory) => {
    const old = await installedBuild(`${directory}/old`, build("0.0.24", ERAS.bootstrap));
    const recent = await installedBuild(`${directory}/new`, build("0.0.25", ERAS.browserSession));
    const baseDir = `${directory}/base`;
    await using server = await startT3(old, { baseDir });
    await server.listening();
    const credential = await recent.mint(baseDir);

    const outcome = await pair(server.instance, credential);
    const minted = await old.run("auth", "pairing", "create", "--base-dir", baseDir, "--json");

    assert.ok(outcome.kind === "refused");
    assert.equal(outcome.status, 500);
    assert.match(outcome.text, /no column named role/);
    assert.match(minted.stderr, /no column named role/);
    const database = new DatabaseSync(`${baseDir}/userdata/state.sqlite`);
    const ledger = database.prepare("SELECT migration_id AS id, name FROM effect_sql_migrations")
      .all();
    database.close();
    assert.deepEqual(ledger.slice(-2).map(({ id, name }) => `${id} ${name}`), [
      "31 AuthScopes",
      "32 AuthReset",
    ]);
  });
});

Deno.test("fixture fails as each flawed build did when it starts on somebody's state", async () => {
  await inScratch(async (directory) => {
    const good = await installedBuild(`${directory}/good`, build("0.0.34"));
    const start = async (name: keyof typeof FLAWS, threads: number) => {
      const baseDir = `${directory}/${name}-${threads}`;
      await good.mint(baseDir);
      populate(baseDir, { threads });
      const bad = await installedBuild(
        `${directory}/${name}-${threads}-t3`,
        build("0.0.35", FLAWS[name]),
      );
      return { baseDir, server: await startT3(bad, { baseDir }) };
    };

    const onData = await start("migrationFailsOnData", 2);
    const onNothing = await start("migrationFailsOnData", 0);
    const exits = await start("exitsAtStart", 1);
    const lost = await start("threadsLost", 2);
    const dies = await start("crashesLater", 1);
    const hangs = await start("hangsOnStop", 1);
    await Promise.all([onNothing, lost, dies, hangs].map(({ server }) => server.listening()));

    assert.equal((await onData.server.child.ended).code, 1);
    assert.match(onData.server.lines.join(), /NOT NULL constraint failed: thread_kinds/);
    assert.equal((await exits.server.child.ended).code, 1);
    const database = new DatabaseSync(`${lost.baseDir}/userdata/state.sqlite`);
    assert.equal(database.prepare("SELECT * FROM projection_threads").all().length, 0);
    database.close();
    assert.equal((await dies.server.child.ended).code, 1);
    assert.equal((await lost.server.stop()).code, STOPPED_EXIT_CODE);
    assert.equal((await hangs.server.child.stop(300)).signal, "SIGKILL");
    await onNothing.server.stop();
  });
});

Deno.test("fixture keeps the old state as it was when it is of the second generation", async () => {
  await inScratch(async (directory) => {
    const installed = await installedBuild(`${directory}/t3`, build("0.1.0", ERAS.v2));
    const old = await installedBuild(`${directory}/old`, build("0.0.42", ERAS.launcher));
    const baseDir = `${directory}/base`;
    await Deno.mkdir(baseDir);
    await old.mint(baseDir);
    populate(baseDir);

    const server = await startT3(installed, { baseDir });
    await using _ = server;
    await server.listening();
    const paired = await pair(server.instance, await installed.mint(baseDir));
    assert.ok(paired.kind === "paired");
    const snapshot = await ask(server.instance, "/api/orchestration/snapshot", {
      headers: { cookie: paired.cookie },
    });

    assert.ok(snapshot.kind === "answer");
    assert.equal(JSON.parse(snapshot.body).threads.length, 3);
    const count = (file: string) => {
      const database = new DatabaseSync(`${baseDir}/userdata/${file}`);
      const rows = database.prepare("SELECT * FROM auth_sessions").all();
      database.close();
      return rows.length;
    };
    assert.deepEqual([count("state.sqlite"), count("statev2.sqlite")], [0, 1]);
  });
});

Deno.test("registry gives what was published when npm installs it", async () => {
  await inScratch(async (directory) => {
    await using registry = await startRegistry();
    await registry.publish(build("0.0.34"), "latest");
    await registry.publish(build("0.0.43-nightly.20261001.100", ERAS.launcher));
    await registry.publish(build("0.0.44-nightly.20261002.101", FLAWS.platformMissing));
    const install = async (version: string) => {
      const prefix = `${directory}/${version}`;
      await registry.npm("install", "--global", "--prefix", prefix, `t3@${version}`, "--no-audit");
      return await existingBuild(prefix);
    };

    const latest = await install("latest");
    const launcher = await install("0.0.43-nightly.20261001.100");
    const broken = await install("nightly");
    await registry.tag("0.0.43-nightly.20261001.100", "nightly");

    const version = parseVersionOutput((await latest.run(...VERSION_ARGS)).stdout);
    assert.equal(version, "0.0.34");
    const launched = await launcher.run(...VERSION_ARGS);
    assert.equal(parseVersionOutput(launched.stdout), "0.0.43-nightly.20261001.100");
    const { code, stderr } = await broken.run(...VERSION_ARGS);
    assert.equal(code, 1);
    assert.match(stderr, /no T3 Code CLI build is available for this platform/);
    assert.equal(
      (await registry.npm("view", "t3@nightly", "version")).trim(),
      "0.0.43-nightly.20261001.100",
    );
    await registry.unpublish("0.0.34");
    await assert.rejects(registry.npm("view", "t3@0.0.34", "version"), /E404/);
  });
});

Deno.test("askEnvironment() tells the running version when another is installed meanwhile", async () => {
  await inScratch(async (directory) => {
    const installed = await installedBuild(`${directory}/t3`, build("0.0.34"));
    const baseDir = `${directory}/base`;
    await using server = await startT3(installed, { baseDir, switches: { version: "0.0.33" } });
    await server.listening();

    const answer = await askEnvironment(server.instance);
    await server.flip({ status: 500 });
    const broken = await askEnvironment(server.instance);

    assert.ok(answer.kind === "environment");
    assert.equal(answer.environment.serverVersion, "0.0.33");
    assert.deepEqual([broken.kind, "status" in broken && broken.status], ["unexpected", 500]);
  });
});
