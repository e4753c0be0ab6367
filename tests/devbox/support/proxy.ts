/**
 * An HTTP proxy on 127.0.0.1 (Debian's tinyproxy), by which boxes with a network of their own reach the
 * world. It goes through the machine's own proxy where there is one.
 *
 * @module
 */
import { startChild } from "../../../core/process.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free_port.ts";

/** A proxy that listens. */
export interface TestProxy extends AsyncDisposable {
  /** Its port. */
  readonly port: number;
  /** The variables that programs find it by, wherever the port is forwarded to. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts one; resolves when it listens. */
export async function startProxy(): Promise<TestProxy> {
  const port = freePort();
  const file = await Deno.makeTempFile({ prefix: "hearth-proxy-" });
  const upstream = Deno.env.get("https_proxy") ?? Deno.env.get("HTTPS_PROXY");
  await Deno.writeTextFile(
    file,
    [
      `Port ${port}`,
      "Listen 127.0.0.1",
      "Timeout 600",
      "LogLevel Error",
      "MaxClients 200",
      ...(upstream === undefined ? [] : [`Upstream http ${new URL(upstream).host}`]),
      "",
    ].join("\n"),
  );
  const said: string[] = [];
  const child = startChild({
    command: "tinyproxy",
    args: ["-d", "-c", file],
    onLine: (line) => said.push(line),
  });
  const proxy = {
    port,
    env: proxyEnv(`http://127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      await child.stop();
      await Deno.remove(file);
    },
  };
  try {
    await eventually("The proxy listening", async () => {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    });
    return proxy;
  } catch (error) {
    await proxy[Symbol.asyncDispose]();
    throw new Error(`Cannot start a proxy: ${said.join("\n")}`, { cause: error });
  }
}

function proxyEnv(url: string): Readonly<Record<string, string>> {
  return { http_proxy: url, https_proxy: url, no_proxy: "localhost,127.0.0.1" };
}
