import assert from "node:assert/strict";
import { Fault } from "../../core/fault.ts";
import { eventually } from "../../tests/support/eventually.ts";
import {
  accessText,
  hostsText,
  recordLog,
  snapshotText,
  testDirectory,
} from "../../tests/support/snapshot_fixture.ts";
import { BEARER, serverConfig, startSnapshotServer } from "../../tests/support/snapshot_server.ts";
import { serveSnapshot } from "./serve_snapshot.ts";

Deno.test("serveSnapshot() shows when each subject pulled last, and until when logins last", async () => {
  await using directory = await testDirectory();
  const state = JSON.parse(snapshotText("one"));
  state.cookies[0].expires = 4_000_000_000;
  const path = await directory.put("s.json", JSON.stringify(state));
  const ACCESS_FILE = await directory.put(
    "access.yaml",
    accessText({
      ada: { tokens: ["ada-token-0123456789"] },
      grace: { tokens: ["grace-token-0123456789"] },
    }),
  );
  await using server = await startSnapshotServer(path, { ACCESS_FILE, PW_TOKEN: undefined });
  const figure = async (name: string, label: string) => {
    const { text } = await server.admin("/metrics");
    return Number(new RegExp(`_${name}\\{${label}\\} (\\S+)`).exec(text)?.[1]);
  };
  const before = await figure("pull_timestamp_seconds", 'subject="ada"');

  const response = await fetch(server.url, {
    headers: { authorization: "Bearer ada-token-0123456789" },
  });
  await response.body?.cancel();

  assert.equal(response.status, 200);
  assert.ok(await figure("pull_timestamp_seconds", 'subject="ada"') > before);
  assert.equal(await figure("pull_timestamp_seconds", 'subject="grace"'), before);
  assert.equal(await figure("login_expiry_timestamp_seconds", 'site="example.com"'), 4e9);
});

Deno.test("serveSnapshot() says on /readyz why it is not ready, and still serves, when the file is torn", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  await using server = await startSnapshotServer(path);
  assert.deepEqual(await server.admin("/readyz"), { status: 200, text: "ok\n" });

  await Deno.truncate(path, 20);
  await eventually("not ready", async () => (await server.admin("/readyz")).status === 503);

  const { text } = await server.admin("/readyz");
  assert.match(text, /^error snapshot_invalid: Cannot use snapshot ".*": it is not whole JSON/);
  assert.match((await server.admin("/metrics")).text, /reload_failures_total [1-9]/);
  const response = await fetch(server.url, { headers: BEARER });
  assert.equal(await response.text(), snapshotText("one"));
  await directory.put("s.json", snapshotText("two"));
  await eventually("ready", async () => (await server.admin("/readyz")).status === 200);
});

Deno.test("serveSnapshot() never answers a torn snapshot while the file is written in place", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("0", 200_000));
  await using server = await startSnapshotServer(path);
  let isWriting = true;
  const writing = (async () => {
    for (let round = 1; round <= 40; round++) {
      // In place and in two pieces: the worst a careless writer can do.
      const text = snapshotText(String(round), 200_000);
      await Deno.writeTextFile(path, text.slice(0, 100_000));
      await Deno.writeTextFile(path, text);
    }
    isWriting = false;
  })();

  let reads = 0;
  for (; isWriting || reads < 10; reads++) {
    const response = await fetch(server.url, { headers: BEARER });
    assert.equal(response.status, 200);
    assert.equal(JSON.parse(await response.text()).cookies.length, 1);
  }
  await writing;

  const last = snapshotText("40", 200_000);
  await eventually("the last one", async () => {
    const response = await fetch(server.url, { headers: BEARER });
    return await response.text() === last;
  });
});

Deno.test("serveSnapshot() fails with a sentence when the port is taken", async () => {
  await using directory = await testDirectory();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { log } = recordLog();
  const { signal } = new AbortController();

  for (
    const ports of [
      { PORT: taken.addr.port, METRICS_PORT: 0 },
      { PORT: 0, METRICS_PORT: taken.addr.port },
    ]
  ) {
    await assert.rejects(
      serveSnapshot(serverConfig(`${directory.path}/s.json`, ports), { log }, signal),
      (error) => error instanceof Fault && /^Cannot listen on .* is taken/.test(error.message),
    );
  }
});

Deno.test("serveSnapshot() says on /readyz that the snapshot is stale when it is older than allowed", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  await Deno.utime(path, new Date(), new Date(Date.now() - 3_600_000));
  await using server = await startSnapshotServer(path, { SNAPSHOT_MAX_AGE_SECONDS: 1_800 });

  const { status, text } = await server.admin("/readyz");

  assert.equal(status, 503);
  assert.match(text, /^error snapshot_stale: Snapshot .* is 36\d\d s old, must be at most 1800 s/);
  await directory.put("s.json", snapshotText("two"));
  await eventually("ready", async () => (await server.admin("/readyz")).status === 200);
});

Deno.test("serveSnapshot() keeps its rules and warns when the access file turns invalid, until it is good", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", hostsText({ "example.com": "1", "example.org": "1" }));
  const ACCESS_FILE = await directory.put("access.yaml", accessText({ alice: { tokens: ["a"] } }));
  await using server = await startSnapshotServer(path, { ACCESS_FILE, PW_TOKEN: undefined });
  const ask = async (token: string) => {
    const response = await fetch(server.url, { headers: { authorization: `Bearer ${token}` } });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await ask("a"), 200);

  await directory.put("access.yaml", "subjects: [");
  server.reload();
  await eventually("a warning", async () => {
    const { text } = await server.admin("/metrics");
    return text.includes('health_state{name="access_file_invalid",severity="warning"} 1');
  });

  assert.equal(await ask("a"), 200);
  assert.equal((await server.admin("/readyz")).status, 200);
  // Without a signal too: the file is looked at once a second.
  await directory.put("access.yaml", accessText({ bob: { tokens: ["b"] } }));
  await eventually("alice is out", async () => await ask("a") === 401);
  assert.equal(await ask("b"), 200);
});

Deno.test("serveSnapshot() never refuses the holder of a valid token while tokens are rotated under load", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  const put = (tokens: readonly string[]) =>
    directory.put("access.yaml", accessText({ alice: { tokens } }));
  let valid = ["t0", "t1"];
  const ACCESS_FILE = await put(valid);
  await using server = await startSnapshotServer(path, { ACCESS_FILE, PW_TOKEN: undefined });
  const end = new AbortController();
  const statuses = new Map<number, number>();
  const holders = [0, 1].map(async (which) => {
    while (!end.signal.aborted) {
      const token = valid[which];
      const response = await fetch(server.url, { headers: { authorization: `Bearer ${token}` } });
      await response.body?.cancel();
      // Only a token that was valid all the while must be let in.
      if (!valid.includes(token ?? "")) continue;
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    }
  });

  for (let round = 2; round < 40; round++) {
    const [, kept = ""] = valid;
    // The next token is added beside both, then the oldest goes, once nobody shows it.
    await put([...valid, `t${round}`]);
    valid = [kept, `t${round}`];
    await put(valid);
    if (round % 5 === 0) server.reload();
    await eventually("traffic", () => (statuses.get(200) ?? 0) > round * 4);
  }
  end.abort();
  await Promise.all(holders);

  assert.deepEqual([...statuses.keys()], [200]);
  assert.ok((statuses.get(200) ?? 0) > 150);
});

Deno.test("serveSnapshot() serves the last whole snapshot whatever takes the file's place", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  await using server = await startSnapshotServer(path);
  const served = async () => await (await fetch(server.url, { headers: BEARER })).text();
  const garbage = crypto.getRandomValues(new Uint8Array(50_000));

  for (
    const damage of [
      () => Deno.truncate(path, 0),
      () => Deno.truncate(path, 100),
      () => directory.put("s.json", garbage),
      () => directory.put("s.json", snapshotText("two").replace('"cookies"', '"cookie"')),
      () => Deno.remove(path),
      async () => {
        await Deno.remove(path).catch(() => {});
        await Deno.mkdir(path);
      },
    ]
  ) {
    await damage();
    await eventually("a state", async () => {
      const { text } = await server.admin("/metrics");
      return /health_state\{name="snapshot_/.test(text);
    });
    assert.equal(await served(), snapshotText("one"));
    await Deno.remove(path, { recursive: true }).catch(() => {});
    await directory.put("s.json", snapshotText("one"));
    await eventually("ready", async () => (await server.admin("/readyz")).status === 200);
  }
});

Deno.test("serveSnapshot() refuses a head that is too large and goes on", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one"));
  await using server = await startSnapshotServer(path);
  async function statusOf(fields: string): Promise<string> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const head = `GET /healthz HTTP/1.1\r\nhost: x\r\n${fields}\r\n`;
    // The server may have answered and closed before it has taken all of it.
    connection.write(new TextEncoder().encode(head)).catch(() => {});
    const buffer = new Uint8Array(64);
    const read = await connection.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, read ?? 0)).slice(9, 12);
  }

  assert.equal(await statusOf("x-a: a\r\n".repeat(100)), "200");
  assert.equal(await statusOf("x-a: a\r\n".repeat(1_000)), "400");
  assert.equal(await statusOf(`x-a: ${"a".repeat(60_000)}\r\n`), "200");
  assert.equal(await statusOf(`x-a: ${"a".repeat(70_000)}\r\n`), "400");
  assert.equal(await statusOf(""), "200");
});

Deno.test("serveSnapshot() names no server and lets no other origin read when it answers", async () => {
  await using directory = await testDirectory();
  const path = await directory.put("s.json", snapshotText("one", 5_000));
  await using server = await startSnapshotServer(path);

  for (const [at, method] of [["", "GET"], ["", "HEAD"], ["?wait=x", "GET"], ["", "OPTIONS"]]) {
    const headers = { ...BEARER, origin: "https://evil.example" };
    const response = await fetch(server.url + at, { method: method ?? "", headers });
    await response.body?.cancel();

    assert.equal(response.headers.get("server"), null);
    assert.equal(response.headers.get("access-control-allow-origin"), null);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  }
});
