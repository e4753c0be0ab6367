/**
 * Every failure in the runbook of chrome-service, made to happen with the real programs, and mended as
 * the runbook says.
 *
 * Token rotation without a gap, the backup and the restore are in `snapshot/refresh/follow_test.ts`,
 * `tests/profile_backup_test.ts` and `tests/pod/pod_test.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand, startChild } from "../core/process.ts";
import { openAgent } from "../local/agent.ts";
import { startTestBridge } from "./support/bridge.ts";
import { CHROMIUM, startChromium } from "./support/chromium.ts";
import { eventually } from "./support/eventually.ts";
import { freePort } from "./support/free_port.ts";
import { sitDown } from "./support/person.ts";
import { ROOT, startProgram, type TestProgram } from "./support/program.ts";
import { startRefresh } from "./support/refresh_program.ts";
import { startSite } from "./support/site.ts";
import { type TestDirectory, testDirectory } from "./support/snapshot_fixture.ts";

const RUNBOOK = Deno.readTextFileSync(`${ROOT}docs/runbooks/chrome-service-snapshot.md`);

/** What the runbook tells of, and what shows it; `here` is a step below. */
const SHOWN: Readonly<Record<string, string>> = {
  "no browser contexts found": "here",
  "connect_over_cdp failed": "here",
  'The live view shows "Failed to connect"': "browser/run_test.ts",
  "401 on a dev box": "here",
  "404 snapshot not yet available": "here",
  "A session still sees the old cookies": "here",
  "The snapshot has no cookies": "here",
};

Deno.test("every failure in the runbook is shown somewhere", () => {
  const part = RUNBOOK.slice(RUNBOOK.indexOf("## What goes wrong"), RUNBOOK.indexOf("## Alerts"));
  const headings = [...part.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);

  assert.deepEqual(headings, Object.keys(SHOWN));
  for (const file of Object.values(SHOWN)) if (file !== "here") Deno.statSync(`${ROOT}${file}`);
});

/** Harvests once; the exit code and everything said. */
async function harvest(dir: string, port: number, profile = dir) {
  await using program: TestProgram = startProgram("harvester", {
    args: ["--once"],
    env: { CDP_URL: `http://127.0.0.1:${port}`, SNAPSHOT_DIR: dir, PROFILE_DIR: profile },
    flags: [
      `--allow-net=127.0.0.1:${port}`,
      `--allow-read=${dir},${profile}`,
      `--allow-write=${dir}`,
    ],
  });
  return { code: await program.exitCode, text: program.lines.join("\n") };
}

/** A browser that has no context yet, which Chromium is for too short a time to be caught. */
function startEarlyBrowser(port: number): AsyncDisposable {
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, (request) => {
    if (request.headers.get("upgrade") !== "websocket") {
      return Response.json({
        Browser: "Chrome/156.0.8078.79",
        webSocketDebuggerUrl: `ws://127.0.0.1:${port}/devtools/browser/early`,
      });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => {
      const { id } = JSON.parse(data);
      socket.send(JSON.stringify({ id, result: { browserContextIds: [] } }));
    };
    return response;
  });
  return { [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("the failures of the runbook happen, and what it says mends them", async (t) => {
  await using site = startSite({
    handle: (request) =>
      new URL(request.url).pathname === "/login"
        ? new Response("in", {
          headers: { "set-cookie": "session=s1; Max-Age=3600; HttpOnly; Path=/" },
        })
        : new Response(request.headers.get("cookie") ?? "no cookie"),
  });
  await using snapshots = await testDirectory();
  await using home: TestDirectory = await testDirectory();
  const dir = snapshots.path;
  const port = freePort();

  await t.step("connect_over_cdp failed", async () => {
    const { code, text } = await harvest(dir, port);
    assert.deepEqual([code, /connect_over_cdp failed/.test(text)], [3, true], text);
  });

  await t.step("no browser contexts found", async () => {
    await using _early = startEarlyBrowser(port);
    const { code, text } = await harvest(dir, port);
    assert.deepEqual([code, /no browser contexts found — /.test(text)], [4, true], text);
  });

  const serverPort = freePort();
  const url = `http://127.0.0.1:${serverPort}/api/snapshot`;
  const tokenFile = await home.put("server-token", "first-token-of-the-server\n");
  await home.put("token", "first-token-of-the-server\n");
  await using server = startProgram("snapshot_server", {
    env: {
      ...{ SNAPSHOT_PATH: `${dir}/storage-state.json`, PW_TOKEN_FILE: tokenFile },
      ...{ HOST: "127.0.0.1", PORT: String(serverPort), METRICS_PORT: String(freePort()) },
    },
    flags: [`--allow-read=${dir},${home.path}`, "--allow-net=127.0.0.1"],
  });
  await server.line(/listening/, 60_000);
  const refresh = async () => {
    await using program = startRefresh(home, url);
    return await program.exitCode;
  };
  await using browser = await startChromium({ port });

  await t.step("404 snapshot not yet available, until it is harvested", async () => {
    assert.equal(await refresh(), 12);

    const { code, text } = await harvest(dir, port, browser.profile);

    assert.deepEqual([code, /wrote snapshot \(\d+ bytes\)/.test(text)], [0, true], text);
    await eventually("the server having it", async () => await refresh() === 0);
  });

  const cookies = async () => {
    // The runbook's own question.
    const { stdout } = await runCommand("jq", [".cookies | length", `${dir}/storage-state.json`]);
    return stdout.trim();
  };

  const mcpPort = freePort();
  await using _mcp = await startMcp(home, mcpPort);
  await eventually("the MCP server", async () => {
    await (await fetch(`http://localhost:${mcpPort}/mcp`)).body?.cancel();
    return true;
  }, 60_000);
  const seenBy = async (agent: Awaited<ReturnType<typeof openAgent>>) => {
    await agent.call("browser_navigate", { url: `${site.origin("a")}/` });
    return await agent.call("browser_evaluate", { function: "() => document.body.innerText" });
  };

  await t.step(
    "the snapshot has no cookies, and an open session none, until somebody logs in",
    async () => {
      assert.equal(await cookies(), "0");
      const before = await openAgent(`http://localhost:${mcpPort}/mcp`);
      assert.match(await seenBy(before), /no cookie/);
      using person = await sitDown(browser.address);
      await person.open(`${site.origin("a")}/login`);

      await eventually("the login being harvested", async () => {
        await harvest(dir, port, browser.profile);
        return await cookies() === "1";
      }, 60_000);
      await eventually("the copy having it", async () => {
        await refresh();
        return (await Deno.readTextFile(`${home.path}/state.json`)).includes("session");
      }, 60_000);

      assert.match(await seenBy(before), /no cookie/, "a session keeps what it began with");
      await before.close();
      const after = await openAgent(`http://localhost:${mcpPort}/mcp`);
      assert.match(await seenBy(after), /session=s1/);
      await after.close();
    },
  );

  await t.step("401 on a dev box, until it has the new token", async () => {
    const copy = await Deno.readTextFile(`${home.path}/state.json`);
    await home.put("server-token", "second-token-of-the-server\n");
    await eventually("the old token being refused", async () => await refresh() === 11, 60_000);
    assert.equal(await Deno.readTextFile(`${home.path}/state.json`), copy);

    await home.put("token", "second-token-of-the-server\n");

    assert.equal(await refresh(), 0);
  });

  await t.step("This name is not allowed in Host, until the bridge is told the name", async () => {
    const ask = async (env: Record<string, string>) => {
      await using bridge = await startTestBridge({ targetPort: port, env });
      const { stdout } = await runCommand("curl", [
        ...["-s", "-H", "Host: chrome-service.example:9222", `${bridge.url}/json/version`],
      ]);
      return stdout;
    };

    assert.match(await ask({}), /^This name is not allowed in Host/);
    assert.match(await ask({ BRIDGE_ALLOWED_HOSTS: "chrome-service.example" }), /Browser/);
  });
});

/** The MCP server of a user, as its unit runs it. */
async function startMcp(home: TestDirectory, port: number): Promise<AsyncDisposable> {
  const scratch = await Deno.makeTempDir({ prefix: "hearth-mcp-" });
  const child = startChild({
    command: "node",
    args: [
      `${ROOT}node_modules/@playwright/mcp/cli.js`,
      ...["--isolated", "--storage-state", `${home.path}/state.json`, "--headless"],
      ...["--host", "localhost", "--port", String(port), "--output-dir", scratch],
      ...["--executable-path", CHROMIUM, ...(Deno.uid() === 0 ? ["--no-sandbox"] : [])],
    ],
    env: { TMPDIR: scratch },
    onLine() {},
  });
  return {
    async [Symbol.asyncDispose]() {
      await child.stop(10_000);
      // A Chromium of its own may still be ending, and writing.
      await eventually("removing the scratch", async () => {
        await Deno.remove(scratch, { recursive: true });
        return true;
      });
    },
  };
}
