/**
 * Reads heads and bodies from a connection, and keeps what came after them.
 *
 * @module
 */
import { ReadBuffer } from "./read_buffer.ts";
import { findHeadEnd, type HeadFault } from "./request_head.ts";

/** The longest head, in bytes. */
export const MAX_HEAD_BYTES = 65_536;

/** What reading a head came to. */
export type HeadRead =
  | { readonly kind: "head"; readonly bytes: Uint8Array }
  | { readonly kind: "invalid"; readonly fault: HeadFault }
  | { readonly kind: "too_large" }
  /** The other side ended; `isClean` where it had sent nothing of a head. */
  | { readonly kind: "end"; readonly isClean: boolean };

/** What can be read. */
export interface ByteReader {
  /** As `Deno.Conn.read`. */
  read(into: Uint8Array): Promise<number | null>;
}

/** A connection's incoming bytes. */
export class ByteSource {
  readonly #reader: ByteReader;
  #pending: Uint8Array = new Uint8Array(0);
  #reading: Promise<boolean> | undefined;
  #buffer: ReadBuffer | undefined;

  /**
   * Wraps a connection; nothing is read yet.
   *
   * @param reader The connection.
   */
  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  /** Whether bytes are here that nobody took. */
  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** Reads to the end of a head. */
  async readHead(): Promise<HeadRead> {
    let looked = 0;
    while (true) {
      const end = findHeadEnd(this.#pending, looked);
      if (end.kind === "invalid") return end;
      if (end.kind === "complete") {
        return end.headBytes > MAX_HEAD_BYTES
          ? { kind: "too_large" }
          : { kind: "head", bytes: this.#take(end.headBytes) };
      }
      if (this.#pending.length >= MAX_HEAD_BYTES) return { kind: "too_large" };
      looked = this.#pending.length;
      if (!(await this.#more())) return { kind: "end", isClean: looked === 0 };
    }
  }

  /**
   * Reads a body.
   *
   * @returns `undefined` where the other side ended first.
   */
  async readBody(sizeBytes: number): Promise<Uint8Array | undefined> {
    const body = new Uint8Array(sizeBytes);
    let at = Math.min(sizeBytes, this.#pending.length);
    body.set(this.#take(at));
    while (at < sizeBytes) {
      const count = await this.#reader.read(body.subarray(at));
      if (count === null) return undefined;
      at += count;
    }
    return body;
  }

  /**
   * Waits until a byte is here; `false` where the other side ended instead. It may be called while
   * nothing is wanted yet, to learn of the end; what comes instead is kept.
   */
  async waitForByte(): Promise<boolean> {
    return this.hasPending || await this.#more();
  }

  /**
   * The next bytes, however many there are; `undefined` at the end. They are good until the next
   * read.
   */
  async readPiece(): Promise<Uint8Array | undefined> {
    if (this.#reading !== undefined) await this.#reading;
    if (this.hasPending) return this.takePending();
    this.#buffer ??= new ReadBuffer();
    const count = await this.#reader.read(this.#buffer.bytes);
    return count === null ? undefined : this.#buffer.taken(count);
  }

  /** Gives back the end of a piece, to be read again first. */
  putBack(bytes: Uint8Array): void {
    const joined = new Uint8Array(bytes.length + this.#pending.length);
    joined.set(bytes);
    joined.set(this.#pending, bytes.length);
    this.#pending = joined;
  }

  /** Everything that arrived and was not taken. */
  takePending(): Uint8Array {
    return this.#take(this.#pending.length);
  }

  #take(count: number): Uint8Array {
    const taken = this.#pending.subarray(0, count);
    this.#pending = this.#pending.subarray(count);
    return taken;
  }

  /** Reads once, for however many wait. */
  #more(): Promise<boolean> {
    return this.#reading ??= this.#readMore().finally(() => this.#reading = undefined);
  }

  async #readMore(): Promise<boolean> {
    const buffer = new Uint8Array(4_096);
    const count = await this.#reader.read(buffer);
    if (count === null) return false;
    const joined = new Uint8Array(this.#pending.length + count);
    joined.set(this.#pending);
    joined.set(buffer.subarray(0, count), this.#pending.length);
    this.#pending = joined;
    return true;
  }
}
