/**
 * A buffer that is small while little comes and grows while much comes.
 *
 * A read that waits holds its buffer, and most connections wait most of the time: with a large
 * buffer each, a thousand idle clients would hold a hundred megabytes.
 *
 * @module
 */

const SMALLEST_BYTES = 2_048;
const LARGEST_BYTES = 262_144;

/** A buffer to read into. */
export class ReadBuffer {
  /** Where the next read goes. What was read before is overwritten by it. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SMALLEST_BYTES);

  /** The part a read filled; the next read gets a buffer of a fitting size. */
  taken(count: number): Uint8Array<ArrayBuffer> {
    const size = this.bytes.length;
    const part = this.bytes.subarray(0, count);
    if (count === size && size < LARGEST_BYTES) {
      this.bytes = new Uint8Array(Math.min(LARGEST_BYTES, size * 8));
    } else if (count < SMALLEST_BYTES && size > SMALLEST_BYTES) {
      this.bytes = new Uint8Array(SMALLEST_BYTES);
    }
    return part;
  }
}
