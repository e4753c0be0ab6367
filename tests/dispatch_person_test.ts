/**
 * A person in a real browser, through nginx and dispatch, at instances of every era.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { startChromium } from "./support/chromium.ts";
import { startTestDispatch } from "./support/dispatch.ts";
import { eventually } from "./support/eventually.ts";
import { startIngress } from "./support/ingress.ts";
import { sitDown, type Tab } from "./support/person.ts";
import { tempProfile } from "./support/temp_profile.ts";
import { build, type Difference, ERAS } from "./t3_fixture/builds.ts";

const STATE = "document.body?.dataset.state ?? document.title";

async function settledState(tab: Tab): Promise<unknown> {
  return await eventually("the page settling", async () => {
    const state = await tab.evaluate(STATE);
    return state !== "loading" && state !== "" ? state : undefined;
  });
}

/** Forgets every session, as an update of t3 has done. */
function wipeSessions(baseDir: string): void {
  const database = new DatabaseSync(`${baseDir}/userdata/state.sqlite`);
  database.exec("PRAGMA busy_timeout = 10000; DELETE FROM auth_sessions");
  database.close();
}

const VISITED: Readonly<Record<string, Difference>> = {
  bootstrap: ERAS.bootstrap,
  browserSession: ERAS.browserSession,
  portCookie: ERAS.portCookie,
  environmentCookie: ERAS.environmentCookie,
};

for (const [era, difference] of Object.entries(VISITED)) {
  Deno.test(`dispatch() lands a person in their workspace when t3 is of the era "${era}"`, async () => {
    await using dispatch = await startTestDispatch();
    const ada = await dispatch.addUser("ada", build("0.0.34", difference));
    await ada.listening();
    await using ingress = await startIngress(dispatch.port, ["ada"]);
    await using browser = await startChromium();
    using person = await sitDown(browser.address);

    const tab = await person.open(`${ingress.urlOf("ada")}/chat/7?x=1`);
    const first = await settledState(tab);
    const address = await tab.evaluate("location.pathname + location.search");
    const mintedOnce = await dispatch.minted();
    await tab.goto(`${ingress.urlOf("ada")}/`);
    const second = await settledState(tab);
    const mintedTwice = await dispatch.minted();
    wipeSessions(ada.baseDir);
    const fetched = await tab.evaluate(
      "fetch('/api/orchestration/snapshot').then((r) => r.status + ' ' + r.redirected)",
    );
    const mintedByScript = await dispatch.minted();
    await tab.goto(`${ingress.urlOf("ada")}/again`);
    const third = await settledState(tab);

    assert.deepEqual([first, address], ["workspace", "/chat/7?x=1"]);
    assert.deepEqual(mintedOnce, ["ada"]);
    assert.equal(second, "workspace");
    assert.deepEqual(mintedTwice, ["ada"]);
    assert.equal(fetched, "401 false");
    assert.deepEqual(mintedByScript, ["ada"]);
    assert.equal(third, "workspace");
    assert.deepEqual(await dispatch.minted(), ["ada", "ada"]);
    const lines = dispatch.program.lines.filter((line) => line.includes('"msg":"paired"'));
    assert.equal(lines.length, 2);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)).map(({ user, fallback }) => [user, fallback]),
      [["ada", era === "bootstrap"], ["ada", era === "bootstrap"]],
    );
  });
}

Deno.test("dispatch() carries a browser's WebSocket when it talks much and when it says a lot", async () => {
  await using dispatch = await startTestDispatch();
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  await using ingress = await startIngress(dispatch.port, ["ada"]);
  await using browser = await startChromium();
  using person = await sitDown(browser.address);
  const tab = await person.open(`${ingress.urlOf("ada")}/`);
  assert.equal(await settledState(tab), "workspace");

  const echoed = await tab.evaluate(`new Promise((resolve, reject) => {
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws");
    let next = 0;
    socket.onopen = () => { for (let n = 0; n < 1000; n++) socket.send("message " + n); };
    socket.onmessage = ({ data }) => {
      if (data !== "message " + next++) reject(new Error(data));
      if (next === 1000) socket.close(4001, "done");
    };
    socket.onclose = ({ code, wasClean }) => resolve(next + " " + code + " " + wasClean);
    socket.onerror = () => reject(new Error("broke"));
  })`);
  const large = await tab.evaluate(`new Promise((resolve, reject) => {
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws");
    const bytes = new Uint32Array(25e6);
    for (let at = 0; at < bytes.length; at++) bytes[at] = Math.imul(at, 2654435761);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(bytes);
    socket.onmessage = ({ data }) => {
      const back = new Uint32Array(data);
      const isSame = back.length === bytes.length && back.every((value, at) => value === bytes[at]);
      resolve(data.byteLength + " " + isSame);
      socket.close();
    };
    socket.onclose = ({ code }) => reject(new Error("closed with " + code));
  })`);

  assert.equal(echoed, "1000 4001 true");
  assert.equal(large, "100000000 true");
  const ends = await eventually("both ends being logged", () => {
    const found = dispatch.program.lines.filter((line) => line.includes('"msg":"ws close"'))
      .map((line) => JSON.parse(line)).filter(({ upMessages }) => upMessages > 0);
    return found.length >= 2 ? found : undefined;
  });
  const talkative = ends.find(({ upMessages }) => upMessages === 1_000);
  assert.deepEqual([talkative?.side, talkative?.cause, talkative?.code, talkative?.downMessages], [
    "client",
    "client_closed",
    4_001,
    1_000,
  ]);
  assert.ok(ends.some(({ upBytes }) => upBytes > 100_000_000));
});

Deno.test("dispatch() tells a person whose workspace is dead, and takes them there once it lives", async () => {
  await using dispatch = await startTestDispatch();
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  await ada.stop();
  await using ingress = await startIngress(dispatch.port, ["ada"]);
  await using browser = await startChromium();
  using person = await sitDown(browser.address);

  const tab = await person.open(`${ingress.urlOf("ada")}/chat/9`);
  const dead = await tab.evaluate("document.body.textContent");
  const again = await dispatch.startAgain("ada");
  await again.listening();
  // Nobody touches the browser: the page finds its way by itself.
  const state = await eventually(
    "the page finding the workspace",
    async () => await tab.evaluate(STATE) === "workspace" && "workspace",
    30_000,
  );

  assert.match(String(dead), /The workspace of ada does not answer/);
  assert.match(String(dead), /has not answered since \d\d:\d\d:\d\d UTC/);
  assert.equal(state, "workspace");
  assert.equal(await tab.evaluate("location.pathname"), "/chat/9");
  assert.deepEqual(await dispatch.minted(), ["ada"], "nothing is minted for the dead");
});

Deno.test("dispatch() breaks the loop and explains it when a browser keeps no cookies", async () => {
  await using dispatch = await startTestDispatch();
  const ada = await dispatch.addUser("ada", build("0.0.34"));
  await ada.listening();
  await using ingress = await startIngress(dispatch.port, ["ada"]);
  await using place = tempProfile();
  const profile = place.path;
  await Deno.mkdir(`${profile}/Default`);
  await Deno.writeTextFile(
    `${profile}/Default/Preferences`,
    JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }),
  );
  await using browser = await startChromium({ profile });
  using person = await sitDown(browser.address);

  const tab = await person.open(`${ingress.urlOf("ada")}/`);
  const title = await tab.evaluate("document.title");

  assert.equal(title, "The sign-in of ada goes round in circles");
  assert.equal((await dispatch.minted()).length, 3);
});
