/**
 * Finds the end of a body in a stream of bytes that are passed on as they are.
 *
 * @module
 */

/** Follows one body. */
export interface BodyCursor {
  /** Whether the body has ended. */
  readonly isDone: boolean;
  /** Whether what came is no body of this form. */
  readonly isInvalid: boolean;
  /** Whether the end of the connection is the end of the body. */
  readonly endsWithConnection: boolean;
  /**
   * Follows the next bytes.
   *
   * @returns How many of them belong to the body.
   */
  take(bytes: Uint8Array): number;
}

/** A body of a known length. */
export class LengthCursor implements BodyCursor {
  #left: number;
  readonly isInvalid = false;
  readonly endsWithConnection = false;

  /**
   * Starts at the body's first byte.
   *
   * @param bytes Its length.
   */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Whether the body has ended. */
  get isDone(): boolean {
    return this.#left === 0;
  }

  /** Follows the next bytes. */
  take(bytes: Uint8Array): number {
    const count = Math.min(this.#left, bytes.length);
    this.#left -= count;
    return count;
  }
}

/** A body that ends with its connection. */
export class CloseCursor implements BodyCursor {
  readonly isDone = false;
  readonly isInvalid = false;
  readonly endsWithConnection = true;

  /** Follows the next bytes. */
  take(bytes: Uint8Array): number {
    return bytes.length;
  }
}

const CR = 13;
const LF = 10;

type ChunkState =
  | "size"
  | "size_lf"
  | "data"
  | "data_cr"
  | "data_lf"
  | "trailer"
  | "done"
  | "invalid";

/**
 * A body in chunks (RFC 9112, section 7.1), read strictly: no chunk extensions, sizes of at most
 * eight digits, and lines that end in CR LF.
 */
export class ChunkCursor implements BodyCursor {
  readonly endsWithConnection = false;
  readonly #allowsTrailers: boolean;
  #state: ChunkState = "size";
  #digits = 0;
  #size = 0;
  #left = 0;
  #lineBytes = 0;
  #hasCr = false;
  #trailerBytes = 0;

  /**
   * Starts at the first chunk's size.
   *
   * @param options Whether header lines may follow the last chunk.
   */
  constructor(options: { allowsTrailers: boolean }) {
    this.#allowsTrailers = options.allowsTrailers;
  }

  /** Whether the body has ended. */
  get isDone(): boolean {
    return this.#state === "done";
  }

  /** Whether what came are no chunks. */
  get isInvalid(): boolean {
    return this.#state === "invalid";
  }

  /** Follows the next bytes. */
  take(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && this.#state !== "done" && this.#state !== "invalid") {
      if (this.#state === "data") {
        const count = Math.min(this.#left, bytes.length - at);
        this.#left -= count;
        at += count;
        if (this.#left === 0) this.#state = "data_cr";
      } else {
        this.#step(bytes[at++] as number);
      }
    }
    return at;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case "size":
        return this.#sizeByte(byte);
      case "size_lf":
        this.#left = this.#size;
        this.#expect(byte, LF, this.#size === 0 ? "trailer" : "data");
        return;
      case "data_cr":
        return this.#expect(byte, CR, "data_lf");
      case "data_lf":
        this.#digits = 0;
        this.#size = 0;
        return this.#expect(byte, LF, "size");
      default:
        return this.#trailerByte(byte);
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit === undefined) {
      return this.#expect(byte, CR, this.#digits === 0 ? "invalid" : "size_lf");
    }
    this.#size = this.#size * 16 + digit;
    if (++this.#digits > 8) this.#state = "invalid";
  }

  /** A line of a trailer, or the empty one that ends the body. */
  #trailerByte(byte: number): void {
    if (this.#hasCr) {
      this.#hasCr = false;
      if (byte !== LF) this.#state = "invalid";
      else if (this.#lineBytes === 0) this.#state = "done";
      this.#lineBytes = 0;
    } else if (byte === CR) {
      this.#hasCr = true;
    } else {
      const isText = byte === 9 || (byte >= 32 && byte !== 127);
      this.#lineBytes++;
      if (!isText || !this.#allowsTrailers || ++this.#trailerBytes > 8_192) this.#state = "invalid";
    }
  }

  #expect(byte: number, wanted: number, next: ChunkState): void {
    this.#state = byte === wanted ? next : "invalid";
  }
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : undefined;
}
