/**
 * The dispatcher while it runs: its table, its WebSockets, its end, and many people at once.
 *
 * @module
 */
import assert from "node:assert/strict";
import { withDeadline } from "../core/deadline.ts";
import { startTestDispatch } from "./support/dispatch.ts";
import { as, signedIn, visit, withAda } from "./support/dispatch_visits.ts";
import { eventually } from "./support/eventually.ts";
import { freePort } from "./support/free_port.ts";
import { startIngress } from "./support/ingress.ts";
import { rawRequest, sendRaw } from "./support/raw_http.ts";
import { build } from "./t3_fixture/builds.ts";

Deno.test("dispatch() reads the table when it changes, and keeps the former one when it is invalid", async () => {
  await using dispatch = await startTestDispatch();
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  const cookie = await signedIn(dispatch, "ada");

  await dispatch.writeTable("{");
  // As `systemctl reload` does: it looks again, and goes on.
  dispatch.program.kill("SIGHUP");
  const kept = await visit(dispatch, "ada", "/", cookie);
  const health = await fetch(`${dispatch.adminUrl}/readyz`);
  const metrics = await (await fetch(`${dispatch.adminUrl}/metrics`)).text();
  await health.body?.cancel();

  assert.equal(kept.status, 200);
  assert.equal(health.status, 200, "it serves");
  assert.match(metrics, /hearth_dispatch_table_faults_total 1\n/);
});

Deno.test("dispatch() is closed to a user who was removed a moment ago, also where they are inside", async () => {
  await withAda(async (dispatch) => {
    const cookie = await signedIn(dispatch, "ada");
    const socket = new WebSocket(`${dispatch.url.replace("http", "ws")}/ws`, {
      headers: { ...as("ada"), cookie },
    });
    await new Promise((resolve, reject) => (socket.onopen = resolve, socket.onerror = reject));
    const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
    const upload = await Deno.connect({ hostname: "127.0.0.1", port: dispatch.port });
    await upload.write(new TextEncoder().encode(
      "POST /api/fixture/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n" +
        `X-authentik-username: ada\r\nCookie: ${cookie}\r\n\r\nbegin`,
    ));
    await eventually("the upload being on its way", async () => {
      const metrics = await (await fetch(`${dispatch.adminUrl}/metrics`)).text();
      return /bytes_total\{direction="up"\} 5\n/.test(metrics);
    });

    await dispatch.removeUser("ada");
    const { code, reason } = await closed;
    const end = await upload.read(new Uint8Array(10)).catch(() => null);
    upload.close();
    const answer = await visit(dispatch, "ada", "/", cookie);

    assert.deepEqual([code, reason], [1008, "This workspace is not yours any more"]);
    assert.equal(end, null);
    assert.deepEqual([answer.status, ...answer.values("x-hearth-dispatch")], [
      403,
      "user_unmapped",
    ]);
    const line = JSON.parse(await dispatch.program.line(/"msg":"ws close"/));
    assert.deepEqual([line.user, line.side, line.cause], ["ada", "dispatch", "user_removed"]);
  });
});

Deno.test("dispatch() tells which side ended a WebSocket and how", async () => {
  await withAda(async (dispatch, ada) => {
    const cookie = await signedIn(dispatch, "ada");
    const open = async () => {
      const socket = new WebSocket(`${dispatch.url.replace("http", "ws")}/ws`, {
        headers: { ...as("ada"), cookie },
      });
      await new Promise((resolve, reject) => (socket.onopen = resolve, socket.onerror = reject));
      return { socket, closed: new Promise<CloseEvent>((resolve) => socket.onclose = resolve) };
    };
    const ends = () =>
      dispatch.program.lines.filter((line) => line.includes('"msg":"ws close"'))
        .map((line) => JSON.parse(line)).map(({ side, cause, code }) => [side, cause, code]);

    const first = await open();
    first.socket.close(4002, "enough");
    await first.closed;
    await eventually("the first end", () => ends().length === 1);
    const second = await open();
    ada.child.kill("SIGKILL");
    const { code } = await second.closed;
    await eventually("the second end", () => ends().length === 2);

    assert.deepEqual(ends(), [
      ["client", "client_closed", 4002],
      ["instance", "instance_vanished", undefined],
    ]);
    assert.equal(code, 1012);
    const opened = dispatch.program.lines.filter((line) => line.includes('"msg":"ws open"'));
    assert.equal(opened.length, 2);
  });
});

Deno.test("dispatch() ends in order when it is told to stop, and tells WebSockets so", async () => {
  await withAda(async (dispatch, ada) => {
    const cookie = await signedIn(dispatch, "ada");
    const socket = new WebSocket(`${dispatch.url.replace("http", "ws")}/ws`, {
      headers: { ...as("ada"), cookie },
    });
    await new Promise((resolve, reject) => (socket.onopen = resolve, socket.onerror = reject));
    const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
    await ada.flip({ answerMs: 60_000 });
    const answering = sendRaw(
      dispatch.port,
      rawRequest("/api/fixture/identity", { ...as("ada"), Cookie: cookie }),
    );
    await eventually("the request being on its way", async () => {
      const metrics = await (await fetch(`${dispatch.adminUrl}/metrics`)).text();
      return /open_connections 2\n/.test(metrics);
    });

    dispatch.program.kill("SIGTERM");

    assert.equal((await closed).code, 1012);
    await ada.flip({ answerMs: 0 });
    assert.equal((await answering).status, 200);
    assert.equal(await dispatch.program.exitCode, 0);
  });
});

Deno.test("dispatch() ends in time when it is told to stop while t3 makes no credential", async () => {
  await using dispatch = await startTestDispatch({
    mintFirst: 'while [ -e "$0" ]; do sleep 0.1; done; exit 1',
    env: { DISPATCH_MINT_TIMEOUT_MS: "300000", DISPATCH_DRAIN_MS: "200" },
  });
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  const visiting = visit(dispatch, "ada");
  await eventually("the mint", async () => (await dispatch.minted()).length === 1);

  dispatch.program.kill("SIGTERM");

  assert.equal(await withDeadline(dispatch.program.exitCode, 60_000, "dispatch ending"), 0);
  assert.equal((await visiting).status, 0);
});

Deno.test("dispatch() keeps everybody at their own instance when many come at once", async () => {
  await using dispatch = await startTestDispatch();
  const users = ["ada", "grace", "edsger", "barbara", "donald"];
  const servers = [];
  for (const user of users) servers.push(await dispatch.addUser(user, build("0.0.34")));
  await Promise.all(servers.map((server) => server.listening()));
  const cookies = new Map<string, string>();
  for (const user of users) cookies.set(user, await signedIn(dispatch, user));
  await using ingress = await startIngress(dispatch.port, users);

  const rounds = Array.from({ length: 40 }, () => users).flat();
  const answers = await Promise.all(rounds.map(async (user) => {
    const response = await fetch(`${ingress.urlOf(user)}/api/fixture/identity`, {
      headers: { cookie: cookies.get(user) ?? "" },
    });
    return [user, (await response.json()).baseDir] as const;
  }));

  for (const [user, baseDir] of answers) {
    assert.equal(baseDir, `${dispatch.directory}/${user}/base`);
  }
  // Somebody else's cookie opens nothing.
  const stolen = await sendRaw(
    dispatch.port,
    rawRequest("/api/orchestration/snapshot", {
      ...as("ada"),
      Cookie: cookies.get("grace") ?? "",
    }),
  );
  assert.equal(stolen.status, 401);
});

Deno.test("dispatch() says in one line that it cannot start", async () => {
  const port = freePort();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port });
  await assert.rejects(
    startTestDispatch({ env: { DISPATCH_LISTEN_PORT: String(port) } }),
    /the port is taken by another process/,
  );
});
