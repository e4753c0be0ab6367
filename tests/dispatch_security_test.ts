/**
 * The corpus of requests that try to be somebody else, at the program with two instances behind it
 * that note what reaches them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { startTestDispatch } from "./support/dispatch.ts";
import { startIngress } from "./support/ingress.ts";
import { sendRaw } from "./support/raw_http.ts";

const CORPUS = new URL("./corpora/dispatch/", import.meta.url);

function corpus(kind: "invalid" | "valid"): readonly (readonly [string, Uint8Array])[] {
  return [...Deno.readDirSync(new URL(`${kind}/`, CORPUS))].map(({ name }) =>
    [
      name.replace(".http", ""),
      Deno.readFileSync(new URL(`${kind}/${name}`, CORPUS)),
    ] as const
  ).sort(([a], [b]) => a < b ? -1 : 1);
}

/** An instance that says whose it is, and what reached it. */
function startWitness(user: string) {
  const seen: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.text();
    const names = [...request.headers.keys()].filter((name) => /authentik|user|email/.test(name));
    seen.push(`${request.method} ${names.join()}`);
    return new Response(user);
  });
  return { port: server.addr.port, seen, [Symbol.asyncDispose]: () => server.shutdown() };
}

const tableOf = (ada: number, bob: number) =>
  JSON.stringify({
    "ada": { os_user: "ada_l", port: ada },
    "bob": { os_user: "bob", port: bob },
  });

Deno.test("dispatch() refuses every invalid request for its reason, and no instance sees it", async () => {
  await using ada = startWitness("ada");
  await using bob = startWitness("bob");
  await using dispatch = await startTestDispatch();
  await dispatch.writeTable(tableOf(ada.port, bob.port));

  for (const [name, bytes] of corpus("invalid")) {
    const answer = await sendRaw(dispatch.port, bytes, { isEnded: true });

    assert.deepEqual(answer.values("x-hearth-dispatch"), [name.split("__")[0]], name);
    assert.ok(answer.status >= 400, name);
  }
  assert.deepEqual([...ada.seen, ...bob.seen], []);
  assert.deepEqual(await dispatch.minted(), []);
});

Deno.test("dispatch() leads every valid request to its own instance, and tells it of nobody", async () => {
  await using ada = startWitness("ada");
  await using bob = startWitness("bob");
  await using dispatch = await startTestDispatch();
  await dispatch.writeTable(tableOf(ada.port, bob.port));

  for (const [name, bytes] of corpus("valid")) {
    const answer = await sendRaw(dispatch.port, bytes, { isEnded: true });

    assert.equal(answer.status, 200, name);
    assert.match(answer.body, new RegExp(name.split("__")[0] as string), name);
  }
  assert.deepEqual([...new Set([...ada.seen, ...bob.seen])].sort(), ["GET ", "POST "]);
});

Deno.test("dispatch() believes no address but the ingress's when it says who somebody is", async () => {
  await using ada = startWitness("ada");
  await using dispatch = await startTestDispatch({
    env: { DISPATCH_TRUSTED_PEERS: "10.1.0.0/16,::1" },
  });
  await dispatch.writeTable(tableOf(ada.port, 20_001));

  for (const [name, bytes] of corpus("valid")) {
    const answer = await sendRaw(dispatch.port, bytes, { isEnded: true });

    assert.deepEqual([answer.status, ...answer.values("x-hearth-dispatch")], [403, "peer_foreign"]);
    assert.match(answer.body, /only the ingress may/, name);
  }
  const health = await sendRaw(dispatch.port, "GET /healthz HTTP/1.0\r\n\r\n");
  assert.deepEqual([health.status, health.body], [200, "ok\n"]);
  assert.deepEqual(ada.seen, []);
});

Deno.test("dispatch() keeps two people on one connection apart when an ingress reuses it", async () => {
  await using ada = startWitness("ada");
  await using bob = startWitness("bob");
  await using dispatch = await startTestDispatch();
  await dispatch.writeTable(tableOf(ada.port, bob.port));
  const request = (user: string, more = "") =>
    `GET /api/x HTTP/1.1\r\nHost: a\r\nCookie: t3_session=x\r\nX-authentik-username: ${user}\r\n` +
    `${more}\r\n`;

  const { body, lines } = await sendRaw(
    dispatch.port,
    request("ada") + request("bob") + request("mallory") + request("ada", "Connection: close\r\n"),
  );

  const text = `${lines.join("\r\n")}\r\n\r\n${body}`;
  const answers = text.split("HTTP/1.1 ").slice(1).map((one) => {
    const [head = "", rest = ""] = one.split("\r\n\r\n");
    return `${head.slice(0, 3)} ${rest.slice(0, 15)}`;
  });
  assert.deepEqual(answers, ["200 ada", "200 bob", "403 You have no wor", "200 ada"]);
});

Deno.test("dispatch() lets no instance speak to somebody else through an ingress that keeps connections", async () => {
  await using bob = startWitness("bob");
  await using dispatch = await startTestDispatch();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  // nginx takes the first head for the whole answer, and gives the connection to the next person.
  const serving = (async () => {
    const conn = await listener.accept();
    await conn.read(new Uint8Array(4_096));
    const send = (text: string) => conn.write(new TextEncoder().encode(text));
    await send("HTTP/1.1 103 Early Hints\r\nContent-Length: 0\r\n\r\n");
    begun.resolve();
    await released.promise;
    await send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nada").catch(
      () => {},
    );
    conn.close();
  })();
  await dispatch.writeTable(tableOf(listener.addr.port, bob.port));
  await using ingress = await startIngress(dispatch.port, ["ada", "bob"]);
  const ask = async (user: string) => {
    const response = await fetch(`${ingress.urlOf(user)}/api/x`, {
      headers: { cookie: "t3_session=x" },
    });
    return await response.text();
  };

  const asked = ask("ada");
  await begun.promise;
  // Should bob hang behind ada's request, ada's answer comes then.
  const timer = setTimeout(() => released.resolve(), 5_000);
  const told = [];
  for (let turn = 0; turn < 20; turn++) told.push(await ask("bob"));
  released.resolve();
  clearTimeout(timer);

  assert.deepEqual([...new Set(told)], ["bob"]);
  assert.equal(await asked, "ada");
  await serving;
});
