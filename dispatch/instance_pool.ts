/**
 * Connections to instances, kept for a moment after an answer.
 *
 * Node closes a connection that was idle for five seconds, so none is kept that long. Only requests
 * that may be asked twice take a kept connection, since it may be dying at that moment.
 *
 * @module
 */
import { ByteSource } from "../core/byte_source.ts";
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error_text.ts";
import { Permits } from "../core/permits.ts";
import { closeQuietly } from "../core/socket.ts";

/** A connection to an instance. */
export interface InstanceConnection {
  /** The socket. */
  readonly conn: Deno.TcpConn;
  /** What comes from it. */
  readonly source: ByteSource;
  /** The instance's port. */
  readonly port: number;
  /** Whether it has carried an answer before. */
  readonly isReused: boolean;
}

/** A connection, or why there is none. */
export type ConnectResult =
  | { readonly kind: "connected"; readonly connection: InstanceConnection }
  /** Nobody listens; or it took too long, or this program has no more files to open. */
  | { readonly kind: "unreachable"; readonly why: "refused" | "failed"; readonly text: string };

const KEPT_MS = 4_000;
const KEPT_PER_INSTANCE = 64;
/** On loopback it is refused or there at once, but where a crowd comes together this program is late. */
const CONNECT_MS = 60_000;
/** Of one instance, so that a wedged one holds up nobody else. */
const OPENING_AT_ONCE = 32;

/** All connections to instances. */
export class InstancePool {
  readonly #clock: Clock;
  readonly #idle = new Map<number, { readonly conn: Deno.TcpConn; readonly untilMs: number }[]>();
  readonly #opening = new Map<number, Permits>();
  readonly #sweeper: ReturnType<typeof setInterval>;

  /**
   * Nothing is connected yet.
   *
   * @param clock The time.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sweeper = setInterval(() => this.#sweep(), 1_000);
  }

  /** A kept connection, the one used last; `undefined` where there is none. */
  take(port: number): InstanceConnection | undefined {
    const kept = this.#idle.get(port)?.pop();
    if (kept === undefined) return undefined;
    if (kept.untilMs > this.#clock.monotonic()) {
      return { conn: kept.conn, source: new ByteSource(kept.conn), port, isReused: true };
    }
    closeQuietly(kept.conn);
    return this.take(port);
  }

  /**
   * Opens a connection.
   *
   * @param port The instance's.
   * @param signal Gives up the wait for a turn.
   */
  async connect(port: number, signal: AbortSignal): Promise<ConnectResult> {
    const permits = this.#opening.get(port) ?? new Permits(OPENING_AT_ONCE);
    this.#opening.set(port, permits);
    const release = await permits.acquire(signal);
    if (release === undefined) return { kind: "unreachable", why: "failed", text: "given up" };
    try {
      return await this.#connect(port);
    } finally {
      release();
    }
  }

  async #connect(port: number): Promise<ConnectResult> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), CONNECT_MS);
    try {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port, signal: late.signal });
      conn.setNoDelay(true);
      const source = new ByteSource(conn);
      return { kind: "connected", connection: { conn, source, port, isReused: false } };
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      if (error instanceof Deno.errors.ConnectionRefused) {
        return { kind: "unreachable", why: "refused", text: "nobody listens" };
      }
      const text = late.signal.aborted
        ? `connecting took more than ${CONNECT_MS} ms`
        : errorText(error);
      return { kind: "unreachable", why: "failed", text };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Keeps a connection whose answer was read to its end. */
  give({ conn, port, source }: InstanceConnection): void {
    const kept = this.#idle.get(port) ?? [];
    // Bytes nobody asked for: whatever they are, they are no answer to the next request.
    if (source.hasPending || kept.length >= KEPT_PER_INSTANCE) return closeQuietly(conn);
    kept.push({ conn, untilMs: this.#clock.monotonic() + KEPT_MS });
    this.#idle.set(port, kept);
  }

  /** Closes everything that is kept. */
  close(): void {
    clearInterval(this.#sweeper);
    for (const kept of this.#idle.values()) for (const { conn } of kept) closeQuietly(conn);
    this.#idle.clear();
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonic();
    for (const [port, kept] of this.#idle) {
      const alive = kept.filter(({ untilMs }) => untilMs > nowMs);
      for (const one of kept) if (one.untilMs <= nowMs) closeQuietly(one.conn);
      if (alive.length === 0) this.#idle.delete(port);
      else this.#idle.set(port, alive);
    }
  }
}
