/**
 * One header of a tar archive: 512 bytes, as POSIX.1-1988 (ustar) defines them.
 *
 * A name or size that does not fit is told by a pax record before it (POSIX.1-2001), which every
 * tar of the last twenty years reads.
 *
 * @module
 */

/** The size of a block. */
export const BLOCK = 512;

/** What is written about an entry. */
export interface TarEntry {
  /** Its path, with slashes; a directory's has none at its end. */
  readonly path: string;
  /** What it is. */
  readonly kind: "file" | "directory";
  /** Its content's length in bytes; 0 for a directory. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Last change, in seconds since the epoch. */
  readonly mtimeSeconds: number;
}

const NAME_BYTES = 100;
const LARGEST = 0o77777777777;

/** The blocks that announce an entry: its header, and a pax record before it where one is needed. */
export function tarHeader(entry: TarEntry): Uint8Array {
  const path = entry.kind === "directory" ? `${entry.path}/` : entry.path;
  const records: string[] = [];
  if (byteLength(path) > NAME_BYTES || !isAscii(path)) records.push(paxRecord("path", path));
  if (entry.size > LARGEST) records.push(paxRecord("size", String(entry.size)));
  const header = block({ ...entry, path, type: entry.kind === "directory" ? "5" : "0" });
  if (records.length === 0) return header;
  const content = new TextEncoder().encode(records.join(""));
  const pax = block({ path: "pax", size: content.length, mode: 0o600, mtimeSeconds: 0, type: "x" });
  const bytes = new Uint8Array(pax.length + padded(content.length) + header.length);
  bytes.set(pax);
  bytes.set(content, pax.length);
  bytes.set(header, bytes.length - header.length);
  return bytes;
}

/** A length rounded up to whole blocks. */
export function padded(length: number): number {
  return Math.ceil(length / BLOCK) * BLOCK;
}

/** The sum of a header's bytes, its own checksum counted as blanks. */
export function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

interface Block {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly mtimeSeconds: number;
  readonly type: string;
}

function block({ path, size, mode, mtimeSeconds, type }: Block): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  bytes.set(new TextEncoder().encode(path).subarray(0, NAME_BYTES), 0);
  text(100, octal(mode, 7));
  // The owner is whoever unpacks it.
  text(108, octal(0, 7));
  text(116, octal(0, 7));
  text(124, octal(Math.min(size, LARGEST), 11));
  text(136, octal(Math.min(Math.max(0, Math.floor(mtimeSeconds)), LARGEST), 11));
  text(156, type);
  text(257, "ustar\0" + "00");
  text(148, `${octal(checksum(bytes), 6)}\0 `);
  return bytes;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = byteLength(rest) + 1;
  while (byteLength(`${length}${rest}`) !== length) length++;
  return `${length}${rest}`;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isAscii(text: string): boolean {
  // deno-lint-ignore no-control-regex -- everything below 0x80 is meant
  return /^[\x00-\x7f]*$/.test(text);
}
