/**
 * The quick look at a piece of a client's stream: most pieces are one or more whole, short
 * messages that name no method the guard cares about, and those need no second look.
 *
 * A method can only be written without its name in plain sight by an escape that stands for a
 * letter, so a text with neither is harmless. Whatever is not plain is left to the guard itself.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type RefusedMethod, watchedMethods } from "./method_rules.ts";
import { LEDGER_METHODS } from "./target_ledger.ts";

/** What a plain piece holds. */
export interface PlainPiece {
  /** How many messages. */
  readonly messages: number;
  /** The largest one's payload, in bytes. */
  readonly largestBytes: number;
}

const FINAL_TEXT = 0x81;
const MASKED = 0x80;

/** The look for a set of rules, the ledger's calls included. */
export function plainMessagesFor(refused: readonly RefusedMethod[]): PlainMessages {
  return new PlainMessages([...watchedMethods(refused), ...LEDGER_METHODS]);
}

/** Looks at pieces; it keeps nothing between two of them. */
export class PlainMessages {
  readonly #suspicious: RegExp;
  #scratch = Buffer.alloc(0);

  /**
   * Nothing is looked at yet.
   *
   * @param methods The methods that need a second look.
   */
  constructor(methods: readonly string[]) {
    const names = methods.map((method) => method.replaceAll(".", "\\."));
    // Any escape but those for a quote, a slash or a blank could stand for a letter.
    this.#suspicious = new RegExp([...names, String.raw`\\[^"\\/bfnrt]`].join("|"));
  }

  /**
   * Looks at a piece that starts with a message.
   *
   * @returns `undefined` where it needs a second look.
   */
  read(piece: Uint8Array): PlainPiece | undefined {
    let messages = 0;
    let largestBytes = 0;
    for (let at = 0; at < piece.length;) {
      const second = piece[at + 1] ?? 0;
      const short = second & 127;
      const headerBytes = short < 126 ? 6 : 8;
      // Frames of 64 KiB and more, fragments, control frames: not plain.
      if (piece[at] !== FINAL_TEXT || (second & MASKED) === 0 || short === 127) return undefined;
      if (at + headerBytes > piece.length) return undefined;
      const size = short < 126
        ? short
        : (piece[at + 2] as number) * 256 + (piece[at + 3] as number);
      const from = at + headerBytes;
      if (from + size > piece.length) return undefined;
      if (this.#suspicious.test(this.#unmasked(piece, from, size))) return undefined;
      messages++;
      largestBytes = Math.max(largestBytes, size);
      at = from + size;
    }
    return { messages, largestBytes };
  }

  #unmasked(piece: Uint8Array, from: number, size: number): string {
    if (this.#scratch.length < size) this.#scratch = Buffer.alloc(Math.max(1_024, 2 * size));
    const scratch = this.#scratch;
    const a = piece[from - 4] as number;
    const b = piece[from - 3] as number;
    const c = piece[from - 2] as number;
    const d = piece[from - 1] as number;
    // Past the end of the payload it unmasks a few bytes too many, which are not looked at.
    for (let at = 0; at < size; at += 4) {
      scratch[at] = (piece[from + at] as number) ^ a;
      scratch[at + 1] = (piece[from + at + 1] as number) ^ b;
      scratch[at + 2] = (piece[from + at + 2] as number) ^ c;
      scratch[at + 3] = (piece[from + at + 3] as number) ^ d;
    }
    return scratch.toString("latin1", 0, size);
  }
}
