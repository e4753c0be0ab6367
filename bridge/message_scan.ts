/**
 * Finds the method of a CDP message while its bytes pass, wherever they are cut.
 *
 * A message is one JSON object. Only the strings at its top level are looked at, so a script that
 * mentions a method is not mistaken for a call, and a message of 100 MiB costs no memory.
 * It accepts more than JSON does, since what Chromium accepts must never be missed: Chromium
 * takes form feed and vertical tab for blanks, decodes escapes in keys and values, refuses
 * comments and double keys (tried with Chromium 156; third_party/inspector_protocol/crdtp/json.cc).
 *
 * @module
 */

/** Longer strings are no method and no session. */
const CAPTURE_BYTES = 512;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Follows one message. */
export class MessageScan {
  /** Every value of a top-level `method`; Chromium refuses a message with two. */
  readonly methods: string[] = [];
  /** The top-level `sessionId`. */
  sessionId: string | undefined;

  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isKey = false;
  #key = "";
  #capture: number[] | undefined;
  #id = "";
  #isIdOpen = false;

  /** The top-level `id`, where it is a whole number. */
  get id(): number | undefined {
    return /^-?\d{1,15}$/.test(this.#id) ? Number(this.#id) : undefined;
  }

  /**
   * Follows the next bytes.
   *
   * @param bytes Where they are.
   * @param from The first one.
   * @param to The one after the last.
   * @param mask The four bytes they are masked with, if they are.
   * @param phase Which byte of the mask the first one is masked with.
   */
  push(
    bytes: Uint8Array,
    from = 0,
    to = bytes.length,
    mask?: Uint8Array,
    phase = 0,
  ): void {
    const shift = phase - from;
    for (let at = from; at < to; at++) {
      let byte = bytes[at] as number;
      if (mask !== undefined) byte ^= mask[(at + shift) & 3] as number;
      if (this.#isInString) this.#inString(byte);
      else this.#outsideString(byte);
    }
  }

  #inString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) return this.#endString();
    if (this.#capture !== undefined && this.#capture.push(byte) > CAPTURE_BYTES) {
      this.#capture = undefined;
    }
  }

  #outsideString(byte: number): void {
    if (byte === QUOTE) {
      this.#isInString = true;
      const isWanted = this.#isKey || this.#key === "method" || this.#key === "sessionId";
      this.#capture = this.#depth === 1 && isWanted ? [] : undefined;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      this.#depth++;
      if (this.#depth === 1) this.#isKey = true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      this.#depth--;
      this.#isIdOpen = false;
    } else if (this.#depth === 1) {
      if (byte === COLON) {
        this.#isKey = false;
        if (this.#key === "id") {
          this.#id = "";
          this.#isIdOpen = true;
        }
      } else if (byte === COMMA) {
        this.#isKey = true;
        this.#key = "";
        this.#isIdOpen = false;
      } else if (this.#isIdOpen && byte > 32 && this.#id.length < 20) {
        this.#id += String.fromCharCode(byte);
      }
    }
  }

  #endString(): void {
    this.#isInString = false;
    const text = this.#capture === undefined ? "" : decodeString(this.#capture);
    const isTop = this.#depth === 1;
    this.#capture = undefined;
    if (!isTop) return;
    if (this.#isKey) this.#key = text;
    else if (this.#key === "method") this.methods.push(text);
    else if (this.#key === "sessionId") this.sessionId = text;
  }
}

/** A JSON string's text; every name of the protocol is ASCII, so bytes are characters here. */
function decodeString(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes).replaceAll(
    /\\(?:u([0-9a-f]{4})|([^]))/gi,
    (_, hex?: string, plain?: string) =>
      hex === undefined ? plain ?? "" : String.fromCharCode(parseInt(hex, 16)),
  );
}
