/**
 * Signing in through the dispatcher, before instances in every condition, seen as bytes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { startTestDispatch } from "./support/dispatch.ts";
import { as, identity, NAVIGATE, signedIn, visit, withAda } from "./support/dispatch_visits.ts";
import { rawRequest, sendRaw } from "./support/raw_http.ts";
import { build, ERAS, FLAWS } from "./t3_fixture/builds.ts";
import { installBuild } from "./t3_fixture/package_files.ts";

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

Deno.test("dispatch() pairs anew when t3 was updated to another era under it", async () => {
  await using dispatch = await startTestDispatch();
  const old = await dispatch.addUser("ada", build("0.0.24", ERAS.bootstrap));
  await old.listening();
  const before = await signedIn(dispatch, "ada");
  await old.stop();
  await Deno.remove(`${dispatch.directory}/ada/t3`, { recursive: true });
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
