/**
 * The way from a server to one client: relays its bytes, and fits frames of the proxy's own
 * between two of the server's.
 *
 * @module
 */
import { FrameScanner, type FrameSink } from "./frame_scanner.ts";
import type { ByteWriter } from "./socket.ts";

/** One client's incoming side. */
export class DownLink {
  /** Follows the server's frames. */
  readonly scanner: FrameScanner;
  /** Bytes the client's side took, in total. */
  sentBytes = 0;
  /** Pieces it took to their end. */
  sentPieces = 0;
  /** Whether a write waits for the client to read. */
  isWriting = false;

  readonly #writer: ByteWriter;
  #queued: Uint8Array[] = [];
  #injecting: Promise<void> | undefined;
  #isEnding = false;

  /**
   * Starts right after the handshake.
   *
   * @param writer The client.
   * @param sink Told of the server's frames.
   */
  constructor(writer: ByteWriter, sink?: FrameSink) {
    this.#writer = writer;
    this.scanner = new FrameScanner(sink);
  }

  /** Whether the last frame the client gets is sent. */
  get isEnded(): boolean {
    return this.#isEnding && this.#queued.length === 0;
  }

  /** Relays a piece of the server's stream. Resolves when the client's side took it. */
  async relay(piece: Uint8Array): Promise<void> {
    if (this.#injecting !== undefined) await this.#injecting;
    if (this.isEnded) return;
    this.isWriting = true;
    if (this.#queued.length === 0) {
      // The common case: the bytes are on their way before they are looked at.
      const writing = this.#writer.write(piece);
      this.scanner.push(piece);
      const took = await writing;
      this.sentBytes += took;
      if (took < piece.length) await this.#send(piece.subarray(took));
    } else {
      const cut = Math.max(0, this.scanner.push(piece));
      await this.#send(piece.subarray(0, cut));
      if (cut > 0) await this.#flush();
      if (cut < piece.length && !this.isEnded) await this.#send(piece.subarray(cut));
    }
    // Something may have been queued while that was written.
    if (this.#queued.length > 0 && this.scanner.isAtBoundary) await this.#flush();
    this.sentPieces++;
    this.isWriting = false;
  }

  /**
   * Sends a frame as soon as the stream stands between two frames.
   *
   * @param frame The whole frame.
   * @param options Whether it is the last thing the client gets.
   */
  inject(frame: Uint8Array, options: { isLast?: boolean } = {}): void {
    if (this.#isEnding) return;
    this.#isEnding = options.isLast ?? false;
    this.#queued.push(frame);
    if (this.isWriting || this.#injecting !== undefined || !this.scanner.isAtBoundary) return;
    this.#injecting = this.#flush().catch(() => {
      // The client is gone; whoever reads from it learns that too.
    }).finally(() => this.#injecting = undefined);
  }

  /** Resolves when what was injected is sent, as far as the stream allows. */
  async settled(): Promise<void> {
    while (this.#injecting !== undefined) await this.#injecting;
  }

  async #flush(): Promise<void> {
    while (this.#queued.length > 0) {
      const frame = this.#queued.shift() as Uint8Array;
      await this.#send(frame);
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const took = await this.#writer.write(bytes.subarray(at));
      this.sentBytes += took;
      at += took;
    }
  }
}
