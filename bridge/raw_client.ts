/**
 * A WebSocket client that shows what really arrives, for tests: no library between.
 *
 * @module
 */
import { systemClock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { clientText, encodeFrame, type TestFrame } from "../core/frame_fixture.ts";
import { FrameScanner, OPCODE } from "../core/frame_scanner.ts";

/** A connection after its handshake. */
export interface RawClient extends AsyncDisposable {
  /** The answer's head. */
  readonly head: string;
  /** The connection. */
  readonly conn: Deno.TcpConn;
  /** Sends a message. */
  send(message: unknown): Promise<void>;
  /** Sends a frame. */
  sendFrame(frame: TestFrame): Promise<void>;
  /** Resolves with the first message, past or future, that fits. */
  message(fits: (message: Message) => boolean, deadlineMs?: number): Promise<Message>;
  /** Sends a call and waits for its answer. */
  call(method: string, params?: unknown, sessionId?: string): Promise<Message>;
  /** Resolves when the connection has ended, with the Close frame if there was one. */
  readonly ended: Promise<Ending>;
}

/** A message of the protocol. */
export interface Message {
  /** Which call it answers. */
  readonly id?: number;
  /** Which event it is. */
  readonly method?: string;
  /** Which session it belongs to. */
  readonly sessionId?: string;
  /** An event's facts. */
  // deno-lint-ignore no-explicit-any -- a test looks at whatever the browser says
  readonly params?: any;
  /** A call's result. */
  // deno-lint-ignore no-explicit-any -- as above
  readonly result?: any;
  /** Why a call was refused. */
  readonly error?: { readonly code: number; readonly message: string };
}

/** How a connection ended. */
export interface Ending {
  /** The code of the Close frame; 1006 where there was none. */
  readonly code: number;
  /** Its reason. */
  readonly reason: string;
}

/** What is unusual about a client. */
export interface RawClientOptions {
  /** Where the bridge is. */
  readonly hostname?: string;
  /** Whether it answers a Ping, as most libraries do by themselves. */
  readonly hasPongs?: boolean;
  /** How long it rests after each piece it reads, in milliseconds. */
  readonly pauseMs?: number;
  /** The largest piece it reads at once. */
  readonly pieceBytes?: number;
}

/** Connects and shakes hands. */
export async function connectRaw(
  port: number,
  path: string,
  headers: readonly string[] = [],
  options: RawClientOptions = {},
): Promise<RawClient> {
  const { hostname = "127.0.0.1", hasPongs = false, pauseMs = 0, pieceBytes = 262_144 } = options;
  const conn = await Deno.connect({ hostname, port });
  await writeAll(
    conn,
    new TextEncoder().encode([
      `GET ${path} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
      "\r\n",
    ].join("\r\n")),
  );
  let head = "";
  const one = new Uint8Array(1);
  while (!head.endsWith("\r\n\r\n") && await conn.read(one) !== null) {
    head += String.fromCharCode(one[0] as number);
  }
  const messages: Message[] = [];
  const waiters = new Set<() => void>();
  let lastId = 0;
  let payload: Uint8Array[] = [];
  const ending: { value: Ending } = { value: { code: 1006, reason: "" } };
  const scanner = new FrameScanner({
    onPayload: (piece, from, to) => payload.push(piece.slice(from, to)),
    onFrameEnd({ opcode }) {
      const bytes = payload.flatMap((part) => [...(opcode === 8 ? part : [])]);
      if (opcode === 8) {
        const reason = new TextDecoder().decode(Uint8Array.from(bytes.slice(2)));
        ending.value = { code: (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0), reason };
      } else if (opcode === 1) {
        const decoder = new TextDecoder();
        messages.push(JSON.parse(payload.map((p) => decoder.decode(p, { stream: true })).join("")));
        for (const wake of waiters) wake();
      }
      if (opcode === OPCODE.ping && hasPongs) {
        const pong = { isFinal: true, opcode: OPCODE.pong, payload: new Uint8Array(0) };
        // Where the link is cut nobody hears it.
        client.sendFrame(pong).catch(() => {});
      }
      payload = [];
    },
  });
  const ended = (async () => {
    const buffer = new Uint8Array(pieceBytes);
    try {
      for (let count; (count = await conn.read(buffer)) !== null;) {
        scanner.push(buffer.subarray(0, count));
        if (pauseMs > 0) await systemClock.sleep(pauseMs);
      }
    } catch {
      // Reset: an end without a Close frame, unless one came before.
    }
    for (const wake of waiters) wake();
    return ending.value;
  })();

  const client: RawClient = {
    head,
    conn,
    ended,
    send: (message) => writeAll(conn, clientText(JSON.stringify(message))),
    sendFrame: (frame) =>
      writeAll(conn, encodeFrame({ mask: Uint8Array.of(9, 8, 7, 6), ...frame })),
    async message(fits, deadlineMs = 20_000) {
      const seen = new Promise<Message>((resolve, reject) => {
        const look = () => {
          const found = messages.find(fits);
          if (found === undefined) return;
          waiters.delete(look);
          resolve(found);
        };
        waiters.add(look);
        look();
        ended.then(() => {
          look();
          reject(new Error(`ended ${JSON.stringify(ending.value)} ${head}`));
        });
      });
      return await withDeadline(seen, deadlineMs, "A message");
    },
    async call(method, params, sessionId) {
      const id = ++lastId;
      await client.send({ id, method, params, sessionId });
      return await client.message((message) => message.id === id);
    },
    async [Symbol.asyncDispose]() {
      try {
        conn.close();
      } catch {
        // A test closed it.
      }
      await ended;
    },
  };
  return client;
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}
