/**
 * Clients that ask and check who answered.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { writeAll } from "../../core/socket.ts";

/** One kept connection of one user. */
export class LoadClient {
  readonly #conn: Deno.TcpConn;
  readonly #request: Uint8Array;
  readonly #expected: string;
  readonly #buffer = new Uint8Array(4_096);
  readonly #decoder = new TextDecoder("latin1");

  private constructor(conn: Deno.TcpConn, user: string, instancePort: number) {
    this.#conn = conn;
    this.#request = requestOf(user, "/api/x");
    this.#expected = `{"authenticated":true,"port":${instancePort}}`;
  }

  /**
   * Connects.
   *
   * @param port Where to.
   * @param user Who it is.
   * @param instancePort Whose answer is expected.
   */
  static async connect(port: number, user: string, instancePort: number): Promise<LoadClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new LoadClient(conn, user, instancePort);
  }

  /**
   * Asks once.
   *
   * @returns The time until the whole answer, in milliseconds.
   * @throws {Error} When the answer is not that of the user's own instance.
   */
  async ask(): Promise<number> {
    const startedMs = systemClock.monotonic();
    await writeAll(this.#conn, this.#request);
    let text = "";
    while (!text.endsWith("}")) {
      const count = await this.#conn.read(this.#buffer);
      if (count === null) throw new Error(`The connection ended: ${text}`);
      text += this.#decoder.decode(this.#buffer.subarray(0, count));
    }
    const durationMs = systemClock.monotonic() - startedMs;
    if (!text.endsWith(`\r\n\r\n${this.#expected}`)) {
      throw new Error(`Wanted ${this.#expected}, got ${text}`);
    }
    return durationMs;
  }

  /** Ends the connection. */
  close(): void {
    this.#conn.close();
  }
}

/** Downloads bytes and throws them away; the time it took, in milliseconds. */
export async function download(port: number, user: string, size: number): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(262_144);
  const startedMs = systemClock.monotonic();
  await writeAll(conn, requestOf(user, `/api/x?bytes=${size}`));
  for (let seen = 0; seen < size;) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error(`The connection ended after ${seen} bytes`);
    seen += count;
  }
  return systemClock.monotonic() - startedMs;
}

function requestOf(user: string, target: string): Uint8Array {
  return new TextEncoder().encode(
    `GET ${target} HTTP/1.1\r\nHost: box.example.com\r\nX-authentik-username: ${user}\r\n` +
      "Cookie: t3_session=x\r\nAccept: */*\r\n\r\n",
  );
}
