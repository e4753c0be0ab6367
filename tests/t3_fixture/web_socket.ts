/**
 * The server's side of a WebSocket that sends back whatever it gets (RFC 6455).
 *
 * Frames are answered while they come in and never held, so that a message may be of any size.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Answers the handshake and echoes until the client is done. */
export function echoWebSocket(request: IncomingMessage, socket: Duplex, early: Buffer): void {
  const key = request.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1").update(key + GUID).digest("base64");
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const echo = createEcho((bytes) => socket.write(bytes), () => socket.end());
  const take = (bytes: Buffer) => {
    if (echo(bytes)) return;
    socket.pause();
    socket.once("drain", () => socket.resume());
  };
  socket.on("error", () => socket.destroy());
  socket.on("end", () => socket.end());
  if (early.length > 0) take(early);
  socket.on("data", take);
}

/** Turns a client's frames into the server's, piece by piece. */
function createEcho(write: (bytes: Buffer) => boolean, end: () => void) {
  let head = Buffer.alloc(0);
  let mask = Buffer.alloc(4);
  let left = 0;
  let offset = 0;
  let opcode = 0;
  return (bytes: Buffer): boolean => {
    let isFlowing = true;
    let rest = bytes;
    while (rest.length > 0) {
      if (left === 0) {
        head = Buffer.concat([head, rest]);
        const size = headSize(head);
        if (size === undefined || head.length < size) return isFlowing;
        rest = head.subarray(size);
        mask = Buffer.from(head.subarray(size - 4, size));
        left = payloadSize(head);
        offset = 0;
        opcode = (head[0] ?? 0) & 0x0f;
        isFlowing = write(serverHead(head, left, opcode));
        head = Buffer.alloc(0);
        if (left === 0 && opcode === 8) end();
        continue;
      }
      const piece = Buffer.from(rest.subarray(0, left));
      for (let at = 0; at < piece.length; at++) {
        piece[at] = (piece[at] as number) ^ (mask[(offset + at) & 3] as number);
      }
      offset += piece.length;
      left -= piece.length;
      rest = rest.subarray(piece.length);
      isFlowing = write(piece);
      if (left === 0 && opcode === 8) end();
    }
    return isFlowing;
  };
}

/** The bytes of a client's frame before its payload, once enough of it is there. */
function headSize(head: Buffer): number | undefined {
  if (head.length < 2) return undefined;
  const length = (head[1] as number) & 0x7f;
  return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + 4;
}

function payloadSize(head: Buffer): number {
  const length = (head[1] as number) & 0x7f;
  if (length === 127) return Number(head.readBigUInt64BE(2));
  return length === 126 ? head.readUInt16BE(2) : length;
}

/** A ping is answered by a pong; anything else by itself, unmasked. */
function serverHead(head: Buffer, size: number, opcode: number): Buffer {
  const first = ((head[0] as number) & 0xf0) | (opcode === 9 ? 10 : opcode);
  if (size < 126) return Buffer.from([first, size]);
  const long = Buffer.alloc(size < 65_536 ? 4 : 10);
  long[0] = first;
  if (size < 65_536) {
    long[1] = 126;
    long.writeUInt16BE(size, 2);
  } else {
    long[1] = 127;
    long.writeBigUInt64BE(BigInt(size), 2);
  }
  return long;
}
