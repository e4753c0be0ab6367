/**
 * The clients of the comparison: as thin as can be, so that the time between is what is measured.
 *
 * @module
 */
import { chromium } from "playwright-core";
import { FrameScanner } from "../../core/frame_scanner.ts";
import { clientText } from "../../core/frame_fixture.ts";
import { systemClock } from "../../core/clock.ts";
import { writeAll } from "../../core/socket.ts";

/** One client with one call in flight. */
export class PingClient {
  readonly #conn: Deno.TcpConn;
  readonly #frame: Uint8Array;
  readonly #buffer = new Uint8Array(1 << 18);
  readonly #scanner = new FrameScanner();

  /**
   * Takes a connection that is a WebSocket already.
   *
   * @param conn The connection.
   * @param frame What each call sends: one message.
   */
  constructor(conn: Deno.TcpConn, frame: Uint8Array) {
    this.#conn = conn;
    this.#frame = frame;
  }

  /** Connects to a path and prepares one call. */
  static async connect(port: number, path: string, message: unknown): Promise<PingClient> {
    const conn = await shakeHands(port, path);
    return new PingClient(conn, clientText(JSON.stringify(message)));
  }

  /** Makes the call and reads its answer to the last byte; the time it took, in milliseconds. */
  async call(): Promise<number> {
    const startedMs = systemClock.monotonic();
    const wanted = this.#scanner.messages + 1;
    // An answer may begin before a long message has ended.
    const sent = writeAll(this.#conn, this.#frame);
    // What keeps it from being sent ends the reading too, or is thrown at the end.
    sent.catch(() => {});
    while (this.#scanner.messages < wanted) {
      const count = await this.#conn.read(this.#buffer);
      if (count === null) throw new Error("The connection ended");
      this.#scanner.push(this.#buffer.subarray(0, count));
    }
    await sent;
    return systemClock.monotonic() - startedMs;
  }

  /** Ends the connection. */
  close(): void {
    this.#conn.close();
  }
}

/** Where sockets are. */
export interface SocketPaths {
  /** The browser's. */
  readonly browser: string;
  /** A page's. */
  readonly page: string;
}

/** The paths of the browser's socket and of a page's. */
export async function socketPaths(port: number): Promise<SocketPaths> {
  const version = await (await fetch(`http://127.0.0.1:${port}/json/version`)).json();
  const list = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const page = list.find((target: { type: string }) => target.type === "page");
  return {
    browser: new URL(version.webSocketDebuggerUrl).pathname,
    page: new URL(page.webSocketDebuggerUrl).pathname,
  };
}

/** Connects, asks once, and leaves; the time until the answer, in milliseconds. */
export async function connectOnce(port: number, path: string): Promise<number> {
  const startedMs = systemClock.monotonic();
  const message = { id: 1, method: "Browser.getVersion" };
  const client = await PingClient.connect(port, path, message);
  await client.call();
  client.close();
  return systemClock.monotonic() - startedMs;
}

/** Screenshots by Playwright, which offers compression; each one's time, in milliseconds. */
export async function screenshots(port: number, count: number): Promise<readonly number[]> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  const context = await browser.newContext({ viewport: { width: 800, height: 650 } });
  const page = await context.newPage();
  // Noise does not shrink: a PNG of about 1.5 MB.
  await page.setContent(`<body style="margin:0"><canvas width=800 height=650></canvas><script>
    const context = document.querySelector("canvas").getContext("2d");
    const image = context.createImageData(800, 650);
    for (let at = 0; at < image.data.length; at++) image.data[at] = at % 4 === 3 ? 255 :
      Math.random() * 256;
    context.putImageData(image, 0, 0);
  </script>`);
  const times: number[] = [];
  for (let turn = 0; turn < count + 2; turn++) {
    const startedMs = systemClock.monotonic();
    await page.screenshot();
    // The first two warm things up.
    if (turn >= 2) times.push(systemClock.monotonic() - startedMs);
  }
  await context.close();
  await browser.close();
  return times;
}

/** Opens connections and leaves them idle. */
export async function idleClients(port: number, path: string, count: number): Promise<Disposable> {
  const conns: Deno.TcpConn[] = [];
  for (let at = 0; at < count; at += 4) {
    conns.push(
      ...await Promise.all(
        Array.from({ length: Math.min(4, count - at) }, () => shakeHands(port, path)),
      ),
    );
  }
  return {
    [Symbol.dispose]() {
      for (const conn of conns) conn.close();
    },
  };
}

/**
 * Opens a WebSocket.
 *
 * @param port Where.
 * @param path Which.
 * @param fields Further header lines, each with its end.
 */
export async function shakeHands(
  port: number,
  path: string,
  fields: string = "",
): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  await conn.write(
    new TextEncoder().encode(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + fields + "\r\n",
    ),
  );
  const buffer = new Uint8Array(4_096);
  let head = "";
  while (!head.endsWith("\r\n\r\n")) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error(`The handshake ended: ${head}`);
    head += new TextDecoder().decode(buffer.subarray(0, count));
  }
  if (!head.startsWith("HTTP/1.1 101")) throw new Error(`No WebSocket: ${head}`);
  return conn;
}
