/**
 * Reads along with a client and keeps from the browser what would end it for all.
 *
 * A message goes on when it is complete and judged; what arrived as whole messages goes on as the
 * same bytes, uncopied. Of a message that is longer than what is worth holding, everything but
 * its end goes on: without its end Chromium never acts on it.
 * What Chromium and the bridge might read differently is a protocol error here: data frames out
 * of order, reserved bits (nobody negotiated compression), broken control frames.
 *
 * @module
 */
import { payloadText } from "../core/frame_payload.ts";
import { type FrameHeader, FrameScanner, type FrameSink, OPCODE } from "../core/frame_scanner.ts";
import { CLOSE_CODE, renderTextFrame } from "../core/frame_writer.ts";
import { MessageScan } from "./message_scan.ts";
import { judgeMethod, type MethodVerdict, paramsOf, type RefusedMethod } from "./method_rules.ts";
import type { PlainMessages } from "./plain_messages.ts";
import type { TargetLedger } from "./target_ledger.ts";
import type { ClientFilter, Filtered, TunnelClose } from "../core/tunnel.ts";

/** How the guard is set. */
export interface ClientGuardOptions {
  /** Methods to refuse beside those that end the browser. */
  readonly refused: readonly RefusedMethod[];
  /** The quick look; one does for all clients. */
  readonly plain: PlainMessages;
  /** Which targets the client made. */
  readonly ledger: TargetLedger;
  /** Closes what a client leaves behind that believes it closed the browser. */
  readonly closeLeftovers?: ((ledger: TargetLedger) => Promise<void>) | undefined;
  /** Told of each message that was kept from the browser. */
  readonly onHit: (method: string) => void;
}

/** The longest message that is held until it is complete, in bytes. */
export const HOLD_BYTES = 262_144;

const PROTOCOL_ERROR: TunnelClose = {
  end: "protocol_error",
  code: CLOSE_CODE.protocolError,
  text: "This is not how WebSocket frames are sent (RFC 6455, section 5)",
};

/** Guards one client's stream. */
export class ClientGuard implements ClientFilter {
  readonly scanner: FrameScanner;
  readonly downSink: FrameSink;

  readonly #options: ClientGuardOptions;
  /** What was held of earlier pieces. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** The current message's parts in this piece. */
  #parts: [from: number, to: number][] = [];
  #partFrom = -1;
  #isInControl = false;
  #isInMessage = false;
  #isStreaming = false;
  #phase = 0;
  #scan = new MessageScan();
  /** What this piece has come to. */
  #piece: Uint8Array = new Uint8Array(0);
  #forward: Uint8Array[] = [];
  #outFrom = 0;
  #outTo = 0;
  #replies: Uint8Array[] = [];
  #close: TunnelClose | undefined;
  #hasPretended = false;

  /**
   * Starts right after the handshake.
   *
   * @param options What to refuse and whom to tell.
   */
  constructor(options: ClientGuardOptions) {
    this.#options = options;
    this.downSink = options.ledger.sink;
    this.scanner = new FrameScanner({
      onHeaderByte: (piece, at, isFirst) => isFirst && this.#startFrame(piece[at] as number, at),
      onPayload: (piece, from, to, header) => this.#readPayload(piece, from, to, header),
      onFrameEnd: (header, end) => this.#endFrame(header, end),
    });
  }

  /** Judges the next piece; the answer is good until the piece's buffer is used again. */
  push(piece: Uint8Array): Filtered {
    this.#piece = piece;
    this.#forward = [];
    this.#replies = [];
    this.#outFrom = this.#outTo = 0;
    if (this.#close !== undefined) return { forward: [], replies: [] };
    if (this.scanner.isAtBoundary && !this.#isInMessage) {
      const plain = this.#options.plain.read(piece);
      if (plain !== undefined) {
        this.scanner.skip(plain.messages, plain.largestBytes);
        return { forward: [piece], replies: [] };
      }
    }
    if (!this.scanner.isAtBoundary) this.#partFrom = 0;
    this.scanner.push(piece);
    if (this.#close === undefined) this.#endPiece();
    this.#flushOut();
    return { forward: this.#forward, replies: this.#replies, close: this.#close };
  }

  /** Tidies up after a client that was told its browser is closed. */
  async onEnd(): Promise<void> {
    const { ledger, closeLeftovers } = this.#options;
    if (this.#hasPretended) await closeLeftovers?.(ledger);
  }

  #startFrame(first: number, at: number): void {
    this.#partFrom = at;
    this.#phase = 0;
    const opcode = first & 15;
    this.#isInControl = opcode >= OPCODE.close;
    const isFinal = (first & 128) !== 0;
    const isOrdered = this.#isInControl
      ? isFinal && opcode <= OPCODE.pong
      : opcode <= OPCODE.binary && (opcode === OPCODE.continuation) === this.#isInMessage;
    if ((first & 0x70) !== 0 || !isOrdered) this.#close ??= PROTOCOL_ERROR;
    if (!this.#isInControl) this.#isInMessage = true;
  }

  #readPayload(piece: Uint8Array, from: number, to: number, header: FrameHeader): void {
    if (this.#isInControl || this.#close !== undefined) return;
    this.#scan.push(piece, from, to, header.mask, this.#phase);
    this.#phase = (this.#phase + to - from) & 3;
  }

  #endFrame(header: FrameHeader, end: number): void {
    if (this.#close !== undefined) return;
    const from = this.#partFrom;
    this.#partFrom = -1;
    if (this.#isInControl) {
      if (header.payloadBytes > 125) this.#close = PROTOCOL_ERROR;
      // A control frame may stand anywhere, also before the parts that are still held.
      else this.#emit(from, end);
      this.#isInControl = false;
      return;
    }
    this.#parts.push([from, end]);
    if (header.isFinal) this.#endMessage();
  }

  #endMessage(): void {
    const scan = this.#scan;
    const verdict = this.#judge(scan);
    if (verdict.kind === "pass") this.#release();
    else this.#keepBack(verdict, scan);
    this.#held = [];
    this.#heldBytes = 0;
    this.#parts = [];
    this.#isStreaming = false;
    this.#isInMessage = false;
    this.#scan = new MessageScan();
  }

  #judge(scan: MessageScan): MethodVerdict {
    const { refused, ledger } = this.#options;
    for (const method of scan.methods) {
      ledger.onCall(method, scan.id, scan.sessionId);
      const verdict = judgeMethod({
        method,
        readParams: () => this.#readParams(),
        isOwnTarget: (id) => ledger.targets.has(id),
      }, refused);
      if (verdict.kind !== "pass") return verdict;
    }
    return { kind: "pass" };
  }

  /** Puts the held message together; only for the few methods whose parameters matter. */
  #readParams(): Readonly<Record<string, unknown>> | undefined {
    if (this.#isStreaming) return undefined;
    const parts = this.#parts.map(([from, to]) => this.#piece.subarray(from, to));
    return paramsOf(payloadText([...this.#held, ...parts]));
  }

  #keepBack(verdict: Exclude<MethodVerdict, { kind: "pass" }>, scan: MessageScan): void {
    this.#options.onHit(verdict.method);
    const base = { id: scan.id, sessionId: scan.sessionId };
    if (verdict.kind === "pretend") {
      this.#hasPretended = true;
      this.#replies.push(renderTextFrame(JSON.stringify({ ...base, result: {} })));
      this.#close = {
        end: "guard",
        code: CLOSE_CODE.normal,
        text: `${verdict.method}: your connection ends, the shared browser stays`,
      };
      return;
    }
    const message = `Refused ${verdict.method}: ${verdict.text}`;
    const error = { code: -32_000, message };
    this.#replies.push(renderTextFrame(JSON.stringify({ ...base, error })));
    // A part of it is with the browser already; only the end of the connection takes it back.
    if (this.#isStreaming) this.#close = { end: "guard", code: CLOSE_CODE.policy, text: message };
  }

  #endPiece(): void {
    if (this.#partFrom >= 0) {
      if (this.#isInControl) this.#emit(this.#partFrom, this.#piece.length);
      else this.#parts.push([this.#partFrom, this.#piece.length]);
      this.#partFrom = -1;
    }
    if (this.#parts.length === 0) return;
    const here = this.#parts.reduce((sum, [from, to]) => sum + to - from, 0);
    if (!this.#isStreaming && this.#heldBytes + here <= HOLD_BYTES) {
      for (const [from, to] of this.#parts) this.#held.push(this.#piece.slice(from, to));
      this.#heldBytes += here;
    } else {
      this.#isStreaming = true;
      this.#release();
      this.#held = [];
      this.#heldBytes = 0;
    }
    this.#parts = [];
  }

  #release(): void {
    if (this.#held.length > 0) {
      this.#flushOut();
      this.#forward.push(...this.#held);
    }
    for (const [from, to] of this.#parts) this.#emit(from, to);
  }

  /** Adds a part of this piece to what goes on; parts that touch stay one. */
  #emit(from: number, to: number): void {
    if (from !== this.#outTo) {
      this.#flushOut();
      this.#outFrom = from;
    }
    this.#outTo = to;
  }

  #flushOut(): void {
    if (this.#outTo > this.#outFrom) {
      this.#forward.push(this.#piece.subarray(this.#outFrom, this.#outTo));
    }
    this.#outFrom = this.#outTo;
  }
}
