/**
 * Dispatch before instances in every condition, seen as bytes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { withDeadline } from "../core/deadline.ts";
import { startTestDispatch, type TestDispatch } from "./support/dispatch.ts";
import { eventually } from "./support/eventually.ts";
import { freePort } from "./support/free_port.ts";
import { startIngress } from "./support/ingress.ts";
import { rawRequest, sendRaw } from "./support/raw_http.ts";
import { build, ERAS, FLAWS } from "./t3_fixture/builds.ts";
import type { RunningT3 } from "./t3_fixture/running.ts";

const NAVIGATE = {
  "Sec-Fetch-Mode": "navigate",
  "Sec-Fetch-Dest": "document",
};

const as = (user: string) => ({ "X-authentik-username": user });

/** Opens a page as a browser without cookies does. */
function visit(dispatch: TestDispatch, user: string, target = "/", cookie?: string) {
  const fields = { ...as(user), ...NAVIGATE, "User-Agent": crypto.randomUUID() };
  return sendRaw(
    dispatch.port,
    rawRequest(target, cookie === undefined ? fields : { ...fields, Cookie: cookie }),
  );
}

/** A session's cookie. */
async function signedIn(dispatch: TestDispatch, user: string): Promise<string> {
  const { status, lines, body, values } = await visit(dispatch, user);
  assert.equal(status, 302, `${lines.join("\n")}\n${body}`);
  return values("set-cookie").map((line) => line.split(";")[0]).join("; ");
}

/** Who answers a request. */
async function identity(dispatch: TestDispatch, user: string, cookie: string) {
  const { body } = await sendRaw(
    dispatch.port,
    rawRequest("/api/fixture/identity", { ...as(user), Cookie: cookie }),
  );
  return JSON.parse(body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1));
}

async function withAda(
  work: (dispatch: TestDispatch, ada: RunningT3) => Promise<void>,
  ...differences: Parameters<typeof build>[1][]
): Promise<void> {
  await using dispatch = await startTestDispatch();
  const ada = await dispatch.addUser("ada", build("0.0.34", ...differences));
  await ada.listening();
  await work(dispatch, ada);
}

Deno.test("dispatch() answers a person with the instance's own cookies and their own address", async () => {
  await withAda(async (dispatch) => {
    const answer = await visit(dispatch, "ada", "/chat/7?q=%2F%2Fexample.com&x=\\");
    const [cookie] = answer.values("set-cookie");
    const page = await visit(dispatch, "ada", "/", cookie?.split(";")[0]);

    assert.equal(answer.status, 302);
    assert.deepEqual(answer.values("location"), ["/chat/7?q=%2F%2Fexample.com&x=%5C"]);
    assert.match(cookie ?? "", /^t3_session_\d+_[0-9a-f]{12}=.*; HttpOnly; Path=\/; SameSite=Lax$/);
    assert.equal(page.status, 200);
    assert.deepEqual(page.values("x-hearth-dispatch"), []);
  });
});

Deno.test("dispatch() never redirects what is no page, with a dead cookie or none", async () => {
  await withAda(async (dispatch) => {
    const dead = { Cookie: "t3_session_3773_0123456789ab=dead.cookie" };
    const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Key": "x" };
    const targets = ["/api/orchestration/snapshot", "/ws"] as const;
    for (const target of targets) {
      const more = target === "/ws" ? upgrade : {};
      const without = await sendRaw(
        dispatch.port,
        rawRequest(target, { ...as("ada"), ...more }),
        { isEnded: true },
      );
      const withDead = await sendRaw(
        dispatch.port,
        rawRequest(target, { ...as("ada"), ...more, ...dead }),
        { isEnded: true },
      );

      assert.deepEqual([without.status, ...without.values("x-hearth-dispatch")], [
        401,
        "no_session",
      ]);
      assert.deepEqual(withDead.status, 401, "the instance's own verdict");
      assert.deepEqual(withDead.values("x-hearth-dispatch"), []);
    }
    assert.deepEqual(await dispatch.minted(), []);
  });
});

Deno.test("dispatch() says why a sign-in failed when the instance takes no credential", async () => {
  await withAda(async (dispatch) => {
    const { status, values, body } = await visit(dispatch, "ada");

    assert.deepEqual([status, ...values("x-hearth-dispatch")], [502, "pairing_failed"]);
    assert.match(body, /answered 200 and no cookie/);
    const line = await dispatch.program.line(/"msg":"not paired"/);
    assert.ok(!/[A-Z0-9_-]{12}"/.test(line), "no credential in the log");
  }, FLAWS.cookieMissing);
});

Deno.test("dispatch() says why a sign-in failed when no credential can be made", async () => {
  await using dispatch = await startTestDispatch({
    mintFirst: 'echo "t3-mint: Cannot mint for ada: t3 ended with 1" >&2; exit 1',
  });
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();

  const { status, body } = await visit(dispatch, "ada");

  assert.equal(status, 502);
  assert.match(body, /the mint ended with 1: t3-mint: Cannot mint for ada: t3 ended with 1/);
});

Deno.test("dispatch() blames no browser for sign-ins that failed", async () => {
  await using dispatch = await startTestDispatch({ mintFirst: "exit 1" });
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  const request = rawRequest("/", { ...as("ada"), ...NAVIGATE, "User-Agent": "one browser" });

  const reasons = [];
  for (let turn = 0; turn < 4; turn++) {
    reasons.push((await sendRaw(dispatch.port, request)).values("x-hearth-dispatch")[0]);
  }

  assert.deepEqual(reasons, Array(4).fill("pairing_failed"));
});

Deno.test("dispatch() signs every page in when a browser opens many at once", async () => {
  // No credential is made before four are asked for, as when t3 takes its time.
  const mintFirst =
    'until [ "$(grep -c ada "$(dirname "$0")/minted")" -ge 4 ]; do sleep 0.05; done';
  await using dispatch = await startTestDispatch({ mintFirst });
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  const request = rawRequest("/", { ...as("ada"), ...NAVIGATE, "User-Agent": "one browser" });

  const answers = await Promise.all(
    Array.from({ length: 4 }, () => sendRaw(dispatch.port, request)),
  );

  assert.deepEqual(answers.map(({ status }) => status), [302, 302, 302, 302]);
});

Deno.test("dispatch() lets a request through when it cannot know whether the session lives", async () => {
  await withAda(async (dispatch, ada) => {
    const cookie = await signedIn(dispatch, "ada");

    await ada.flip({ status: 500 });
    const broken = await visit(dispatch, "ada", "/", cookie);
    await ada.flip({ status: undefined, answerMs: 700 });
    const slow = await visit(dispatch, "ada", "/", cookie);

    assert.equal(broken.status, 500);
    assert.match(broken.body, /Status 500 by switch/);
    assert.equal(slow.status, 200);
    assert.equal((await dispatch.minted()).length, 1);
    assert.equal(
      dispatch.program.lines.filter((line) => line.includes("let through")).length,
      1,
      "an instance that is slow within its time is no doubt",
    );
  });
});

Deno.test("dispatch() lets a page through when the instance takes too long to tell of the session", async () => {
  await using dispatch = await startTestDispatch({ env: { DISPATCH_ANSWER_TIMEOUT_MS: "300" } });
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  await ada.flip({ answerMs: 1_000 });

  const { status } = await visit(dispatch, "ada");

  assert.equal(status, 200);
  await dispatch.program.line(/let through.*took more than 300 ms/);
  assert.deepEqual(await dispatch.minted(), []);
});

Deno.test("dispatch() takes a person in when the instance has started after a while", async () => {
  await using dispatch = await startTestDispatch();
  const ada = await dispatch.addUser("ada", build("0.0.34", FLAWS.neverListens));

  const starting = await visit(dispatch, "ada");
  const script = await sendRaw(
    dispatch.port,
    rawRequest("/api/x", { ...as("ada"), Cookie: "t3_session=x" }),
  );
  await ada.flip({ start: "listens" });
  await ada.listening();
  const started = await visit(dispatch, "ada");

  assert.deepEqual([starting.status, ...starting.values("retry-after")], [503, "3"]);
  assert.match(starting.body, /The workspace of ada does not answer/);
  assert.equal(script.status, 503);
  assert.equal(started.status, 302);
});

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

Deno.test("dispatch() pairs anew when t3 was updated to another era under it", async () => {
  await using dispatch = await startTestDispatch();
  const old = await dispatch.addUser("ada", build("0.0.24", ERAS.bootstrap));
  await old.listening();
  const before = await signedIn(dispatch, "ada");
  await old.stop();
  await Deno.remove(`${dispatch.directory}/ada/t3`, { recursive: true });
  const { installBuild } = await import("./t3_fixture/package_files.ts");
  await installBuild(`${dispatch.directory}/ada/t3`, build("0.0.40", ERAS.environmentCookie));
  const recent = await dispatch.startAgain("ada");
  await recent.listening();

  const page = await visit(dispatch, "ada", "/", before);
  const after = page.values("set-cookie").map((line) => line.split(";")[0]).join("; ");
  const who = await identity(dispatch, "ada", after);

  assert.equal(page.status, 302);
  assert.match(before, /^t3_session=/);
  assert.match(after, /^t3_session_[0-9a-f]{12}=/);
  assert.equal(who.baseDir, `${dispatch.directory}/ada/base`);
  assert.deepEqual(await dispatch.minted(), ["ada", "ada"]);
});

Deno.test("dispatch() says in one line that it cannot start", async () => {
  const port = freePort();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port });
  await assert.rejects(
    startTestDispatch({ env: { DISPATCH_LISTEN_PORT: String(port) } }),
    /the port is taken by another process/,
  );
});
