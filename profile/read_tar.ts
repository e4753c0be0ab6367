/**
 * Reads a tar archive as a stream: ustar, pax and GNU long names, as `tar -czf` of any vintage
 * writes them.
 *
 * @module
 */
import { BLOCK, checksum, padded } from "./tar_header.ts";

/** An entry that was read. */
export interface ReadEntry {
  /** Its path as it stands in the archive. */
  readonly path: string;
  /** What it is; `other` is a link, a device or the like. */
  readonly kind: "file" | "directory" | "other";
  /** Its content's length in bytes. */
  readonly size: number;
  /** Last change, in seconds since the epoch. */
  readonly mtimeSeconds: number;
  /** Its content; must be read or left before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** What is wrong with an archive. */
export class TarError extends Error {
  /** The kind of this error. */
  override name = "TarError";
}

/**
 * Reads the entries one after the other.
 *
 * @param stream The uncompressed archive.
 * @throws {TarError} When it ends too early or is no tar archive.
 */
export async function* readTar(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ReadEntry> {
  const source = new ByteSource(stream);
  let pax: ReadonlyMap<string, string> = new Map();
  let longName: string | undefined;
  while (true) {
    const header = await source.take(BLOCK);
    // To the very end, where gzip has its checksum.
    if (header.every((byte) => byte === 0)) return await source.drain();
    if (checksum(header) !== octal(header, 148, 8)) {
      throw new TarError("a header's checksum is wrong");
    }
    const size = Number(pax.get("size") ?? octal(header, 124, 12));
    if (!Number.isSafeInteger(size) || size < 0) throw new TarError("a size is no number");
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "x") {
      pax = parsePax(await source.take(padded(size)), size);
      continue;
    }
    if (type === "L" || type === "g") {
      const bytes = await source.take(padded(size));
      if (type === "L") longName = text(bytes.subarray(0, size));
      continue;
    }
    const kind = type === "5" ? "directory" : type === "0" || type === "\0" ? "file" : "other";
    const prefix = text(header.subarray(345, 500));
    const short = text(header.subarray(0, 100));
    const path = pax.get("path") ?? longName ??
      (prefix !== "" && isUstar(header) ? `${prefix}/${short}` : short);
    const mtimeSeconds = octal(header, 136, 12);
    [pax, longName] = [new Map(), undefined];
    const remaining = { bytes: size };
    yield { path, kind, size, mtimeSeconds, content: contentOf(source, remaining) };
    while (remaining.bytes > 0) remaining.bytes -= (await source.some(remaining.bytes)).length;
    await source.take(padded(size) - size);
  }
}

async function* contentOf(
  source: ByteSource,
  remaining: { bytes: number },
): AsyncGenerator<Uint8Array> {
  while (remaining.bytes > 0) {
    const bytes = await source.some(remaining.bytes);
    remaining.bytes -= bytes.length;
    yield bytes;
  }
}

/** Takes bytes from a stream in the amounts that are asked for. */
class ByteSource {
  #rest: Uint8Array = new Uint8Array();
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** At least one byte, at most `length`. */
  async some(length: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) throw new TarError("it ends too early");
      this.#rest = value;
    }
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  /** Everything that is left. */
  async drain(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  /** Exactly `length` bytes. */
  async take(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const part = await this.some(length - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

function octal(header: Uint8Array, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  // GNU writes what does not fit as a big-endian number with the highest bit set.
  if ((field[0] ?? 0) & 0x80) {
    return field.subarray(1).reduce((value, byte) => value * 256 + byte, (field[0] ?? 0) & 0x7f);
  }
  const digits = text(field).trim();
  if (!/^[0-7]*$/.test(digits)) throw new TarError("a header holds no number where one must be");
  return parseInt(digits || "0", 8);
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function isUstar(header: Uint8Array): boolean {
  return text(header.subarray(257, 263)) === "ustar";
}

function parsePax(bytes: Uint8Array, size: number): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < size;) {
    const blank = bytes.indexOf(0x20, at);
    const length = Number(new TextDecoder().decode(bytes.subarray(at, blank)));
    const isWhole = blank > at && Number.isInteger(length) && length > blank - at &&
      at + length <= size;
    if (!isWhole) throw new TarError("a pax record is damaged");
    const record = new TextDecoder().decode(bytes.subarray(blank + 1, at + length - 1));
    const equals = record.indexOf("=");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
