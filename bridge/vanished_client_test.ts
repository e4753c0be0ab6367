import { match } from "node:assert/strict";
import { runCommand, startChild } from "../core/process.ts";
import { startTestBridge } from "../tests/support/bridge.ts";
import { startChromium } from "../tests/support/chromium.ts";
import { eventually } from "../tests/support/eventually.ts";
const IP = "/usr/sbin/ip";

/** Whether this machine lets a test make a network of its own. */
async function hasNamespaces(): Promise<boolean> {
  if (Deno.uid() !== 0) return false;
  try {
    if ((await runCommand(IP, ["netns", "add", "hearth-try"])).code !== 0) return false;
    await runCommand(IP, ["netns", "del", "hearth-try"]);
    return true;
  } catch {
    // No iproute2 here.
    return false;
  }
}

/** A network namespace with one link to this one. */
async function startNamespace() {
  const name = `hearth-${Deno.pid}`;
  const outside = `hh${Deno.pid}`;
  for (
    const args of [
      ["netns", "add", name],
      ["link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name],
      ["addr", "add", "10.213.77.1/30", "dev", outside],
      ["link", "set", outside, "up"],
      ["-n", name, "addr", "add", "10.213.77.2/30", "dev", "eth0"],
      ["-n", name, "link", "set", "eth0", "up"],
    ]
  ) {
    const { code, stderr } = await runCommand(IP, args);
    if (code !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
  }
  return {
    name,
    address: "10.213.77.1",
    cutLink: () => runCommand(IP, ["link", "set", outside, "down"]),
    async [Symbol.asyncDispose]() {
      await runCommand(IP, ["link", "del", outside]);
      await runCommand(IP, ["netns", "del", name]);
    },
  };
}

Deno.test({
  name: "bridge() lets a client go that vanished without a word",
  ignore: !await hasNamespaces(),
  async fn() {
    await using browser = await startChromium();
    await using namespace = await startNamespace();
    await using bridge = await startTestBridge({
      targetPort: browser.port,
      env: { BRIDGE_LISTEN_ADDR: namespace.address, BRIDGE_PING_INTERVAL_MS: "2000" },
      flags: [`--allow-net=127.0.0.1,${namespace.address}`],
    });
    const script = `
      import { connectRaw } from "${new URL("./raw_client.ts", import.meta.url)}";
      const client = await connectRaw(${bridge.port}, "/devtools/browser", [
        "User-Agent: Playwright/1.65.1",
      ], { hostname: "${namespace.address}", hasPongs: true });
      await client.call("Browser.getVersion");
      Deno.stdout.writeSync(new TextEncoder().encode("connected\\n"));
      await client.ended;
    `;
    const connected = Promise.withResolvers<void>();
    const lines: string[] = [];
    const child = startChild({
      command: IP,
      args: ["netns", "exec", namespace.name, Deno.execPath(), "eval", script],
      onLine(line) {
        lines.push(line);
        if (line === "connected") connected.resolve();
      },
    });
    child.ended.then(() => connected.reject(new Error(lines.join("\n"))));
    try {
      await connected.promise;
      await eventually("an answer to a ping", async () => {
        const text = await (await fetch(`${bridge.adminUrl}/metrics`)).text();
        return Number(/frames_total\{direction="up"\} (\d+)/.exec(text)?.[1] ?? 0) >= 2;
      });

      await namespace.cutLink();
      const line = await bridge.program.line(/"msg":"socket ended"/);

      match(line, /"end":"client_silent"/);
    } finally {
      connected.promise.catch(() => {});
      await child.stop();
    }
  },
});
