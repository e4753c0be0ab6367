/**
 * One client's WebSocket, after the handshake: bytes in both directions until one side ends.
 *
 * Bytes are copied, not decoded, and a side is read only when the other has taken what was read
 * before, so a slow client slows the server's socket and nothing piles up here. Ends that the
 * proxy decides on are said in a Close frame, between two frames.
 *
 * @module
 */
import { ClientWatch, type WatchLimits } from "./client_watch.ts";
import { DownLink } from "./down_link.ts";
import { FrameScanner, type FrameSink, OPCODE } from "./frame_scanner.ts";
import { CLOSE_CODE, renderCloseFrame, renderFrame } from "./frame_writer.ts";
import { ReadBuffer } from "./read_buffer.ts";
import { closeQuietly, closeWriteQuietly, writeAll } from "./socket.ts";

/** Why a connection ended. A closed set, for the log and the metrics. */
export type EndReason =
  | "client_closed"
  | "client_vanished"
  | "client_stalled"
  | "client_silent"
  | "browser_ended"
  | "instance_vanished"
  | "user_removed"
  | "guard"
  | "shutdown"
  | "protocol_error";

/** An end the proxy decides on. */
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
  /** What goes on to the server. */
  readonly forward: readonly Uint8Array[];
  /** Frames for the client. */
  readonly replies: readonly Uint8Array[];
  /** Set where the connection must end. */
  readonly close?: TunnelClose | undefined;
}

/** Looks at what a client sends before the server gets it. */
export interface ClientFilter {
  /** Follows the client's frames. */
  readonly scanner: FrameScanner;
  /** Judges the next piece. */
  push(piece: Uint8Array): Filtered;
  /** Wants to see the server's frames too. */
  readonly downSink?: FrameSink;
  /** Called when the connection has ended. */
  onEnd?(): Promise<void>;
}

/** The two sockets and what is known of them. */
export interface TunnelOptions {
  /** The client's socket. */
  readonly client: Deno.TcpConn;
  /** The server's socket. */
  readonly server: Deno.TcpConn;
  /** What the client sent already. */
  readonly early: Uint8Array;
  /** What the server sent already, after its 101. */
  readonly greeting: Uint8Array;
  /** What to note and to tell the client when the server ends the connection. */
  readonly serverEnd: TunnelClose;
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
  /** The server's frames. */
  readonly down: FrameScanner;
  /** Which side sent the first Close frame, if any did. */
  readonly closedFirst: "client" | "server" | undefined;
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
  #closedFirst: "client" | "server" | undefined;
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
      closedFirst: this.#closedFirst,
    };
  }

  /** Moves bytes until the connection has ended; both sockets are closed then. */
  async run(): Promise<EndReason> {
    const { client, server } = this.#options;
    try {
      await Promise.all([this.#pumpUp(), this.#pumpDown()]);
    } finally {
      clearTimeout(this.#lingerTimer);
      closeQuietly(client);
      closeQuietly(server);
    }
    return this.#end ?? "client_closed";
  }

  /** Ends the connection from the proxy's side, with a Close frame where one fits. */
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
        closeQuietly(this.#options.server);
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
      closeQuietly(this.#options.server);
    } else if (verdict === "ping") {
      this.#down.inject(renderFrame(OPCODE.ping, new Uint8Array(0)));
    } else if (verdict === "silent") {
      this.close({ end: "client_silent", code: CLOSE_CODE.goingAway, text: "No answer to a ping" });
    }
  }

  async #pumpUp(): Promise<void> {
    const { client, server, early } = this.#options;
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
    // The server closes its side in answer, once it has sent what it had.
    await closeWriteQuietly(server);
    this.#linger();
  }

  async #sendUp(piece: Uint8Array): Promise<void> {
    const { server } = this.#options;
    this.#upBytes += piece.length;
    if (this.#filter === undefined) {
      this.#up.push(piece);
      if (this.#up.hasClosed) this.#closedFirst ??= "client";
      return await writeAll(server, piece);
    }
    const { forward, replies, close } = this.#filter.push(piece);
    if (this.#up.hasClosed) this.#closedFirst ??= "client";
    for (const bytes of forward) await writeAll(server, bytes);
    for (const frame of replies) this.#down.inject(frame);
    if (close !== undefined) this.close(close);
  }

  async #pumpDown(): Promise<void> {
    const { client, server, greeting, serverEnd } = this.#options;
    const buffer = new ReadBuffer();
    try {
      if (greeting.length > 0) await this.#down.relay(greeting);
      while (true) {
        const count = await server.read(buffer.bytes);
        if (count === null) break;
        await this.#down.relay(buffer.taken(count));
        if (this.#down.scanner.hasClosed) this.#closedFirst ??= "server";
        if (this.#down.isEnded) break;
      }
    } catch {
      // Either side broke; the other pump knows where it was the client.
    }
    // After a Close frame of the client the server only agrees.
    this.close(this.#up.hasClosed ? { ...serverEnd, end: "client_closed" } : serverEnd);
    await this.#down.settled();
    await closeWriteQuietly(client);
    closeQuietly(server);
  }

  #linger(): void {
    this.#lingerTimer ??= setTimeout(() => {
      closeQuietly(this.#options.client);
      closeQuietly(this.#options.server);
    }, this.#options.lingerMs);
  }
}
