/**
 * One client's WebSocket, after the handshake: bytes in both directions until one side ends.
 *
 * Bytes are copied, not decoded, and a side is read only when the other has taken what was read
 * before, so a slow client slows the browser's socket and nothing piles up here. Ends that the
 * bridge decides on are said in a Close frame, between two frames.
 *
 * @module
 */
import { ClientWatch, type WatchLimits } from "./client_watch.ts";
import { DownLink } from "./down_link.ts";
import { FrameScanner, type FrameSink, OPCODE } from "../core/frame_scanner.ts";
import { CLOSE_CODE, renderCloseFrame, renderFrame } from "../core/frame_writer.ts";
import { ReadBuffer } from "../core/read_buffer.ts";
import { closeQuietly, closeWriteQuietly, writeAll } from "../core/socket.ts";

/** Why a connection ended. A closed set, for the log and the metrics. */
export type EndReason =
  | "client_closed"
  | "client_vanished"
  | "client_stalled"
  | "client_silent"
  | "browser_ended"
  | "guard"
  | "shutdown"
  | "protocol_error";

/** An end the bridge decides on. */
export interface TunnelClose {
  /** Why, for the log. */
  readonly end: EndReason;
  /** The code of the Close frame. */
  readonly code: number;
  /** What the client is told. */
  readonly text: string;
}

/** What a filter makes of a piece of the client's stream. */
export interface Filtered {
  /** What goes on to the browser. */
  readonly forward: readonly Uint8Array[];
  /** Frames for the client. */
  readonly replies: readonly Uint8Array[];
  /** Set where the connection must end. */
  readonly close?: TunnelClose | undefined;
}

/** Looks at what a client sends before the browser gets it. */
export interface ClientFilter {
  /** Follows the client's frames. */
  readonly scanner: FrameScanner;
  /** Judges the next piece. */
  push(piece: Uint8Array): Filtered;
  /** Wants to see the browser's frames too. */
  readonly downSink?: FrameSink;
  /** Called when the connection has ended. */
  onEnd?(): Promise<void>;
}

/** The two sockets and what is known of them. */
export interface TunnelOptions {
  /** The client's socket. */
  readonly client: Deno.TcpConn;
  /** The browser's socket. */
  readonly browser: Deno.TcpConn;
  /** What the client sent already. */
  readonly early: Uint8Array;
  /** What the browser sent already, after its 101. */
  readonly greeting: Uint8Array;
  /** What to tell the client when the browser ends the connection. */
  readonly browserEnd: Omit<TunnelClose, "end">;
  /** Judges what the client sends. */
  readonly filter?: ClientFilter | undefined;
  /** Whether this kind of client is known to answer a Ping. */
  readonly isPingable: boolean;
  /** How long a client may take to take its last bytes and leave, in milliseconds. */
  readonly lingerMs: number;
}

/** A tunnel's figures. */
export interface TunnelStats {
  /** Bytes from the client. */
  readonly upBytes: number;
  /** Bytes to the client. */
  readonly downBytes: number;
  /** The client's frames. */
  readonly up: FrameScanner;
  /** The browser's frames. */
  readonly down: FrameScanner;
}

/** A running tunnel. */
export class Tunnel {
  readonly #options: TunnelOptions;
  readonly #down: DownLink;
  readonly #up: FrameScanner;
  readonly #filter: ClientFilter | undefined;
  readonly #watch = new ClientWatch();
  #upBytes = 0;
  #end: EndReason | undefined;
  #lingerTimer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Nothing flows before {@linkcode Tunnel.run}.
   *
   * @param options The two sockets.
   */
  constructor(options: TunnelOptions) {
    this.#options = options;
    this.#filter = options.filter;
    this.#up = options.filter?.scanner ?? new FrameScanner();
    this.#down = new DownLink(options.client, options.filter?.downSink);
  }

  /** The tunnel's figures so far. */
  get stats(): TunnelStats {
    return {
      upBytes: this.#upBytes,
      downBytes: this.#down.sentBytes,
      up: this.#up,
      down: this.#down.scanner,
    };
  }

  /** Moves bytes until the connection has ended; both sockets are closed then. */
  async run(): Promise<EndReason> {
    const { client, browser } = this.#options;
    try {
      await Promise.all([this.#pumpUp(), this.#pumpDown()]);
    } finally {
      clearTimeout(this.#lingerTimer);
      closeQuietly(client);
      closeQuietly(browser);
    }
    return this.#end ?? "client_closed";
  }

  /** Ends the connection from the bridge's side, with a Close frame where one fits. */
  close(close: TunnelClose): void {
    if (this.#end !== undefined) return;
    this.#end = close.end;
    if (!this.#down.scanner.hasClosed) {
      this.#down.inject(renderCloseFrame(close.code, close.text), { isLast: true });
    }
    this.#linger();
    this.#down.settled().then(() => {
      // In the middle of a frame the rest of it must come first; the linger time bounds the wait.
      if (this.#down.scanner.isAtBoundary && !this.#down.isWriting) {
        closeQuietly(this.#options.browser);
      }
    });
  }

  /**
   * Looks after the connection; called at a steady pace, so that no timer is set per byte.
   *
   * @param limits How patient to be.
   */
  tick(limits: WatchLimits): void {
    if (this.#end !== undefined) return;
    const { isWriting, sentBytes, sentPieces } = this.#down;
    const verdict = this.#watch.look(
      { isWriting, sentBytes, sentPieces, heardBytes: this.#upBytes },
      this.#options.isPingable ? limits : { ...limits, pingTicks: 0 },
    );
    if (verdict === "stalled") {
      this.#end = "client_stalled";
      // Its buffers are full: no Close frame would get through.
      closeQuietly(this.#options.client);
      closeQuietly(this.#options.browser);
    } else if (verdict === "ping") {
      this.#down.inject(renderFrame(OPCODE.ping, new Uint8Array(0)));
    } else if (verdict === "silent") {
      this.close({ end: "client_silent", code: CLOSE_CODE.goingAway, text: "No answer to a ping" });
    }
  }

  async #pumpUp(): Promise<void> {
    const { client, browser, early } = this.#options;
    const buffer = new ReadBuffer();
    try {
      if (early.length > 0) await this.#sendUp(early);
      while (true) {
        const count = await client.read(buffer.bytes);
        if (count === null) break;
        const piece = buffer.taken(count);
        if (this.#end === undefined) await this.#sendUp(piece);
      }
      this.#end ??= "client_closed";
    } catch {
      this.#end ??= "client_vanished";
    }
    // Chromium closes its side in answer, once it has sent what it had.
    await closeWriteQuietly(browser);
    this.#linger();
  }

  async #sendUp(piece: Uint8Array): Promise<void> {
    const { browser } = this.#options;
    this.#upBytes += piece.length;
    if (this.#filter === undefined) {
      this.#up.push(piece);
      return await writeAll(browser, piece);
    }
    const { forward, replies, close } = this.#filter.push(piece);
    for (const bytes of forward) await writeAll(browser, bytes);
    for (const frame of replies) this.#down.inject(frame);
    if (close !== undefined) this.close(close);
  }

  async #pumpDown(): Promise<void> {
    const { client, browser, greeting, browserEnd } = this.#options;
    const buffer = new ReadBuffer();
    try {
      if (greeting.length > 0) await this.#down.relay(greeting);
      while (true) {
        const count = await browser.read(buffer.bytes);
        if (count === null) break;
        await this.#down.relay(buffer.taken(count));
        if (this.#down.isEnded) break;
      }
    } catch {
      // Either side broke; the other pump knows where it was the client.
    }
    // Chromium ends no connection by itself: after a Close frame of the client it only agrees.
    this.close({ end: this.#up.hasClosed ? "client_closed" : "browser_ended", ...browserEnd });
    await this.#down.settled();
    await closeWriteQuietly(client);
    closeQuietly(browser);
  }

  #linger(): void {
    this.#lingerTimer ??= setTimeout(() => {
      closeQuietly(this.#options.client);
      closeQuietly(this.#options.browser);
    }, this.#options.lingerMs);
  }
}
