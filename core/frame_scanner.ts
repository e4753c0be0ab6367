/**
 * Follows the frames of a WebSocket stream without touching it.
 *
 * It looks at the 2 to 14 bytes of each frame's header and steps over the payload, wherever the
 * stream is cut. That is enough to count, and to know where a frame of one's own fits in.
 * Source: RFC 6455, section 5.2.
 *
 * @module
 */

/** The opcodes of RFC 6455. */
export const OPCODE = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** A frame's header. */
export interface FrameHeader {
  /** Whether the frame ends its message. */
  readonly isFinal: boolean;
  /** The three reserved bits, as a number from 0 to 7. */
  readonly reservedBits: number;
  /** What the frame is. */
  readonly opcode: number;
  /** The masking key, where the payload is masked. */
  readonly mask: Uint8Array | undefined;
  /** The payload's length, in bytes. */
  readonly payloadBytes: number;
}

/** What wants to see more than the counts. Offsets are those of the piece being pushed. */
export interface FrameSink {
  /** A header byte; the first one of a frame holds its opcode. */
  onHeaderByte?(piece: Uint8Array, at: number, isFirst: boolean): void;
  /** A part of a payload. */
  onPayload?(piece: Uint8Array, from: number, to: number, header: FrameHeader): void;
  /** The end of a frame. */
  onFrameEnd?(header: FrameHeader, end: number): void;
}

/** Follows one direction of a connection. */
export class FrameScanner {
  /** Frames that have ended. */
  frames = 0;
  /** Data messages that have ended. */
  messages = 0;
  /** The largest message's payload, in bytes. */
  largestMessageBytes = 0;
  /** Whether a Close frame has ended. */
  hasClosed = false;
  /** The code of that frame; none where it gave none. */
  closeCode: number | undefined;

  readonly #sink: FrameSink | undefined;
  readonly #header = new Uint8Array(14);
  #headerBytes = 0;
  #headerNeeds = 2;
  #frame: FrameHeader | undefined;
  #payloadLeft = 0;
  #messageBytes = 0;
  #closeHigh = 0;

  /**
   * Starts at the first byte after the handshake.
   *
   * @param sink Told of every part, where the counts are not enough.
   */
  constructor(sink?: FrameSink) {
    this.#sink = sink;
  }

  /** Whether the stream stands between two frames. */
  get isAtBoundary(): boolean {
    return this.#headerBytes === 0 && this.#frame === undefined;
  }

  /**
   * Follows the next piece of the stream.
   *
   * @returns Where in the piece its last ended frame ends; -1 where none ends in it.
   */
  push(piece: Uint8Array): number {
    let boundary = -1;
    let at = 0;
    while (at < piece.length) {
      const frame = this.#frame;
      if (frame !== undefined) {
        const to = Math.min(piece.length, at + this.#payloadLeft);
        this.#sink?.onPayload?.(piece, at, to, frame);
        if (frame.opcode === OPCODE.close) this.#readCloseCode(piece, at, to, frame);
        this.#payloadLeft -= to - at;
        at = to;
        if (this.#payloadLeft === 0) boundary = this.#endFrame(frame, at);
        continue;
      }
      this.#header[this.#headerBytes++] = piece[at] as number;
      this.#sink?.onHeaderByte?.(piece, at, this.#headerBytes === 1);
      at++;
      if (this.#headerBytes === 2) this.#headerNeeds = headerSize(this.#header[1] as number);
      if (this.#headerBytes < this.#headerNeeds) continue;
      const header = readHeader(this.#header);
      this.#headerBytes = 0;
      this.#headerNeeds = 2;
      this.#payloadLeft = header.payloadBytes;
      if (header.payloadBytes === 0) boundary = this.#endFrame(header, at);
      else this.#frame = header;
    }
    return boundary;
  }

  /** The code is the first two bytes of a Close frame, wherever the stream is cut. */
  #readCloseCode(piece: Uint8Array, from: number, to: number, frame: FrameHeader): void {
    const seen = frame.payloadBytes - this.#payloadLeft;
    for (let at = from; at < to && seen + at - from < 2; at++) {
      const place = seen + at - from;
      const byte = (piece[at] as number) ^ (frame.mask?.[place] ?? 0);
      if (place === 0) this.#closeHigh = byte;
      else this.closeCode = (this.#closeHigh << 8) | byte;
    }
  }

  /** Counts whole messages of one frame each that somebody else looked at. */
  skip(messages: number, largestBytes: number): void {
    this.frames += messages;
    this.messages += messages;
    this.largestMessageBytes = Math.max(this.largestMessageBytes, largestBytes);
  }

  #endFrame(header: FrameHeader, end: number): number {
    this.#frame = undefined;
    this.frames++;
    if (header.opcode < OPCODE.close) {
      this.#messageBytes += header.payloadBytes;
      if (header.isFinal) {
        this.messages++;
        this.largestMessageBytes = Math.max(this.largestMessageBytes, this.#messageBytes);
        this.#messageBytes = 0;
      }
    } else if (header.opcode === OPCODE.close) {
      this.hasClosed = true;
    }
    this.#sink?.onFrameEnd?.(header, end);
    return end;
  }
}

function headerSize(second: number): number {
  const length = second & 127;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + ((second & 128) !== 0 ? 4 : 0);
}

function readHeader(bytes: Uint8Array): FrameHeader {
  const first = bytes[0] as number;
  const second = bytes[1] as number;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let payloadBytes = second & 127;
  let at = 2;
  if (payloadBytes === 126) {
    payloadBytes = view.getUint16(2);
    at = 4;
  } else if (payloadBytes === 127) {
    // More than 2^53 bytes never arrive; counting a little wrong there harms nobody.
    payloadBytes = view.getUint32(2) * 2 ** 32 + view.getUint32(6);
    at = 10;
  }
  return {
    isFinal: (first & 128) !== 0,
    reservedBits: (first >> 4) & 7,
    opcode: first & 15,
    mask: (second & 128) !== 0 ? bytes.slice(at, at + 4) : undefined,
    payloadBytes,
  };
}
