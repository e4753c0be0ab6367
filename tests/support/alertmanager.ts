/**
 * Debian's Alertmanager for a test, with receivers that count what arrives.
 *
 * @module
 */
import { startChild } from "../../core/process.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free_port.ts";

/** An Alertmanager that runs. */
export interface TestAlertmanager extends AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** The names of the firing alerts that a receiver was told of, oldest first. */
  received(receiver: string): readonly string[];
}

/**
 * Starts it.
 *
 * @param receivers Their names; whatever no route leads elsewhere goes to the first.
 * @param routes The routes, as in its configuration.
 */
export async function startAlertmanager(
  receivers: readonly string[],
  routes: readonly unknown[],
): Promise<TestAlertmanager> {
  await using held = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "hearth-alertmanager-" });
  held.defer(() => Deno.remove(directory, { recursive: true }));
  const arrived = new Map<string, string[]>(receivers.map((name) => [name, []]));
  const inbox = held.use(
    Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
      const { alerts } = await request.json();
      for (const { status, labels } of alerts) {
        if (status !== "firing") continue;
        arrived.get(new URL(request.url).pathname.slice(1))?.push(labels.alertname);
      }
      return new Response();
    }),
  );
  await Deno.writeTextFile(
    `${directory}/alertmanager.yaml`,
    JSON.stringify({
      route: {
        receiver: receivers[0],
        group_by: ["alertname"],
        group_wait: "0s",
        group_interval: "1s",
        routes,
      },
      receivers: receivers.map((name) => ({
        name,
        webhook_configs: [{ url: `http://127.0.0.1:${inbox.addr.port}/${name}` }],
      })),
    }),
  );
  const port = freePort();
  const lines: string[] = [];
  const child = startChild({
    command: "/usr/bin/prometheus-alertmanager",
    args: [
      `--config.file=${directory}/alertmanager.yaml`,
      `--storage.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    onLine: (line) => lines.push(line),
  });
  held.defer(async () => void await child.stop(10_000));
  try {
    await eventually("Alertmanager being ready", async () => {
      const response = await fetch(`http://127.0.0.1:${port}/-/ready`);
      await response.body?.cancel();
      return response.ok;
    }, 60_000);
  } catch (error) {
    throw new Error(`${error}\n${lines.join("\n")}`, { cause: error });
  }
  const kept = held.move();
  return {
    port,
    received: (receiver) => arrived.get(receiver) ?? [],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
