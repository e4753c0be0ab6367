/**
 * A network of a box's own: two ends of a cable, so that every box can use every port, and the host is
 * reachable at one address.
 *
 * It leads to the host and no further. A server of the host that listens on 127.0.0.1 only is reached in
 * two hops: from the box's 127.0.0.1 to the host's end of the cable ({@linkcode writePortUnits}), and from
 * there to the host's 127.0.0.1 ({@linkcode forwardPort}).
 *
 * @module
 */
import { runCommand } from "../../../core/process.ts";

/** The two ends. */
export interface Cable {
  /** The host's address. */
  readonly host: string;
  /** The box's address. */
  readonly box: string;
  /** Lays the cable to the network namespace of a process. */
  lay(pid: number): Promise<void>;
}

/** A port of the host's 127.0.0.1. */
export interface ForwardedPort {
  /** Its number on the host. */
  readonly port: number;
  /** Its number at the box's 127.0.0.1. @default The same. */
  readonly at?: number;
}

/** The bits of a network of four addresses: two of them are usable. */
const PREFIX = 30;

/** Takes a pair of addresses that no interface of this machine is near to. */
export function takeCable(): Cable {
  const used = new Set(Deno.networkInterfaces().map(({ address }) => address));
  while (true) {
    // 198.18.0.0/15 is for tests of networks (RFC 2544): nothing else may use it.
    const subnet = Math.floor(Math.random() * 2 ** (PREFIX - 15)) * 4;
    const address = (offset: number) => {
      const number = subnet + offset;
      return `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
    };
    if (used.has(address(1))) continue;
    const name = `hb${subnet.toString(16).padStart(5, "0")}`;
    return {
      host: address(1),
      box: address(2),
      async lay(pid) {
        // The kernel removes both ends when the box's namespace ends, a while later on a busy machine.
        await runCommand("ip", ["link", "delete", name]);
        await ip("link", "add", name, "type", "veth", "peer", "name", "box0", "netns", String(pid));
        await ip("address", "add", `${address(1)}/${PREFIX}`, "dev", name);
        await ip("link", "set", name, "up");
      },
    };
  }
}

/** The box's end as `ip address add` wants it. */
export function boxAddress(cable: Cable): string {
  return `${cable.box}/${PREFIX}`;
}

/**
 * Units that carry connections to a port of the box's 127.0.0.1 to the host's end, from early in the
 * boot on, by path below `/etc/systemd/system`.
 */
function portUnits(
  cable: Cable,
  { port, at = port }: ForwardedPort,
): Readonly<Record<string, string>> {
  return {
    [`host-port-${at}.socket`]: `[Socket]\nListenStream=127.0.0.1:${at}\n`,
    [`host-port-${at}.service`]:
      `[Service]\nExecStart=/lib/systemd/systemd-socket-proxyd ${cable.host}:${port}\n`,
  };
}

/** Puts those units in a box's files, to be started with it. */
export async function writePortUnits(
  root: string,
  cable: Cable,
  ports: readonly ForwardedPort[],
): Promise<void> {
  const folder = `${root}/etc/systemd/system`;
  const wants = `${folder}/sockets.target.wants`;
  await Deno.mkdir(wants, { recursive: true });
  for (const port of ports) {
    for (const [name, text] of Object.entries(portUnits(cable, port))) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      if (name.endsWith(".socket")) await Deno.symlink(`../${name}`, `${wants}/${name}`);
    }
  }
}

/** Carries connections to a port of the host's cable end to the same port of its 127.0.0.1. */
export function forwardPort(cable: Cable, port: number): AsyncDisposable {
  const listener = Deno.listen({ hostname: cable.host, port });
  const open = new Set<Deno.Conn>();
  const carry = async (from: Deno.TcpConn) => {
    open.add(from);
    try {
      const to = await Deno.connect({ hostname: "127.0.0.1", port });
      open.add(to);
      // Each direction ends by itself; a connection that breaks ends both.
      await Promise.allSettled([
        from.readable.pipeTo(to.writable),
        to.readable.pipeTo(from.writable),
      ]);
      open.delete(to);
    } catch (error) {
      // Nobody listens there: the box sees the connection close.
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      from.close();
    } finally {
      open.delete(from);
    }
  };
  const carried = new Set<Promise<void>>();
  const accepting = (async () => {
    for await (const connection of listener) {
      const work = carry(connection).finally(() => carried.delete(work));
      carried.add(work);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) closeOnce(connection);
      await accepting;
      await Promise.all(carried);
    },
  };
}

/** Closes a connection whose two directions may have ended already, while those of its peer have not. */
function closeOnce(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

async function ip(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand("ip", args);
  if (code !== 0) throw new Error(`Cannot run "ip ${args.join(" ")}": ${stderr.trim()}`);
}
