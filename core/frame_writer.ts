/**
 * The few frames a proxy sends itself. A server's frames are not masked.
 *
 * @module
 */
import { OPCODE } from "./frame_scanner.ts";

/** The close codes of RFC 6455 section 7.4.1 and its registry that are used here. */
export const CLOSE_CODE = {
  /** The client asked for it. */
  normal: 1000,
  /** The bridge stops, or the page is gone. */
  goingAway: 1001,
  /** The client broke the protocol. */
  protocolError: 1002,
  /** The client did what it may not. */
  policy: 1008,
  /** Something broke. */
  internal: 1011,
  /** The browser ended: connect again. */
  restart: 1012,
  /** The client is too slow, or there are too many: connect again later. */
  tryLater: 1013,
} as const;

/** A frame with a payload of any length. */
export function renderFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const size = payload.length;
  const headerBytes = size < 126 ? 2 : size < 65_536 ? 4 : 10;
  const frame = new Uint8Array(headerBytes + size);
  const view = new DataView(frame.buffer);
  frame[0] = 128 | opcode;
  if (headerBytes === 2) frame[1] = size;
  else if (headerBytes === 4) {
    frame[1] = 126;
    view.setUint16(2, size);
  } else {
    frame[1] = 127;
    view.setUint32(2, Math.floor(size / 2 ** 32));
    view.setUint32(6, size % 2 ** 32);
  }
  frame.set(payload, headerBytes);
  return frame;
}

/**
 * A Close frame.
 *
 * @param code One of {@linkcode CLOSE_CODE}.
 * @param reason What happened; what does not fit in 123 bytes is left out.
 */
export function renderCloseFrame(code: number, reason: string): Uint8Array {
  const payload = new Uint8Array(125);
  new DataView(payload.buffer).setUint16(0, code);
  const { written } = new TextEncoder().encodeInto(reason, payload.subarray(2));
  return renderFrame(OPCODE.close, payload.subarray(0, 2 + written));
}

/** A message of text. */
export function renderTextFrame(text: string): Uint8Array {
  return renderFrame(OPCODE.text, new TextEncoder().encode(text));
}
