/**
 * WebSocket frames as a client or a browser would send them, and an independent reader of them,
 * for tests.
 *
 * @module
 */
import fc from "fast-check";

/** A frame to send. */
export interface TestFrame {
  /** Whether it ends its message. */
  readonly isFinal: boolean;
  /** What it is. */
  readonly opcode: number;
  /** What it carries. */
  readonly payload: Uint8Array;
  /** The masking key of a client's frame. */
  readonly mask?: Uint8Array | undefined;
  /** How many bytes its length takes: the least, or more than needed. */
  readonly lengthBytes?: 0 | 2 | 8 | undefined;
}

/** The bytes of a frame. */
export function encodeFrame(frame: TestFrame): Uint8Array {
  const { payload, mask } = frame;
  const size = payload.length;
  const least = size < 126 ? 0 : size < 65_536 ? 2 : 8;
  const lengthBytes = Math.max(least, frame.lengthBytes ?? 0);
  const maskBit = mask === undefined ? 0 : 128;
  const head = [(frame.isFinal ? 128 : 0) | frame.opcode];
  if (lengthBytes === 0) head.push(maskBit | size);
  else {
    head.push(maskBit | (lengthBytes === 2 ? 126 : 127));
    for (let at = lengthBytes - 1; at >= 0; at--) head.push(Math.floor(size / 256 ** at) % 256);
  }
  const body = mask === undefined
    ? payload
    : payload.map((byte, at) => byte ^ (mask[at % 4] as number));
  return concat([Uint8Array.from(head), mask ?? new Uint8Array(0), body]);
}

/** Reads a whole stream of whole frames, the simplest way. */
export function decodeFrames(bytes: Uint8Array): readonly TestFrame[] {
  const frames: TestFrame[] = [];
  let at = 0;
  const take = (count: number) => bytes.slice(at, at += count);
  while (at < bytes.length) {
    const [first = 0, second = 0] = take(2);
    const short = second & 127;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const size = lengthBytes === 0 ? short : take(lengthBytes).reduce((sum, b) => sum * 256 + b, 0);
    const mask = (second & 128) !== 0 ? take(4) : undefined;
    const payload = take(size);
    if (mask !== undefined) payload.forEach((b, i) => payload[i] = b ^ (mask[i % 4] as number));
    frames.push({ isFinal: first >= 128, opcode: first & 15, payload, mask, lengthBytes });
  }
  return frames;
}

/** One text message in one masked frame. */
export function clientText(text: string, mask = Uint8Array.of(1, 2, 3, 4)): Uint8Array {
  return encodeFrame({ isFinal: true, opcode: 1, payload: new TextEncoder().encode(text), mask });
}

/** Pieces put together. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A text cut into the frames of one message, control frames in between. */
export function fragmented(text: string): fc.Arbitrary<readonly TestFrame[]> {
  const payload = new TextEncoder().encode(text);
  const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });
  const lengthBytes = fc.constantFrom(0 as const, 2 as const, 8 as const);
  const control = fc.record({
    isFinal: fc.constant(true),
    opcode: fc.constantFrom(9, 10),
    payload: fc.uint8Array({ maxLength: 125 }),
    mask,
    lengthBytes: fc.constant(0 as const),
  });
  return fc.array(fc.nat(payload.length), { maxLength: 5 }).chain((cuts) => {
    const ends = [...cuts.toSorted((a, b) => a - b), payload.length];
    const frames = ends.map((end, index) =>
      fc.record({
        isFinal: fc.constant(index === ends.length - 1),
        opcode: fc.constant(index === 0 ? 1 : 0),
        payload: fc.constant(payload.slice(index === 0 ? 0 : ends[index - 1], end)),
        mask,
        lengthBytes,
      })
    );
    return fc.tuple(...frames.map((frame) => fc.tuple(fc.array(control, { maxLength: 2 }), frame)))
      .map((pairs) => pairs.flatMap(([controls, frame]) => [...controls, frame]));
  });
}

/** A stream cut into pieces of any sizes. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}
