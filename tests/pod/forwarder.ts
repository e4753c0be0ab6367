/**
 * What stands between a person and the pod: a port of this machine that leads to one of the pod.
 *
 * @module
 */

/** A port that forwards. */
export interface Forwarder extends Disposable {
  /** Sends new connections elsewhere; `undefined` refuses them. */
  to(hostname: string | undefined, port: number): void;
}

/** Listens on a port of 127.0.0.1. */
export function startForwarder(listenPort: number): Forwarder {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: listenPort });
  const open = new Set<Deno.Conn>();
  let target: { hostname: string; port: number } | undefined;

  async function carry(client: Deno.Conn): Promise<void> {
    open.add(client);
    if (target === undefined) return client.close();
    const server = await Deno.connect(target);
    open.add(server);
    // Either end may hang up at any time: that ends both, and is no failure.
    const ways = [client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)];
    await Promise.allSettled(ways);
    open.delete(client);
    open.delete(server);
  }

  async function accept(): Promise<void> {
    for await (const client of listener) carry(client).catch(() => client.close());
  }
  accept();
  return {
    to(hostname, port) {
      target = hostname === undefined ? undefined : { hostname, port };
    },
    [Symbol.dispose]() {
      listener.close();
      for (const connection of open) {
        try {
          connection.close();
        } catch (error) {
          // Its stream closed it already.
          if (!(error instanceof Deno.errors.BadResource)) throw error;
        }
      }
    },
  };
}
