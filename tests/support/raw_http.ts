/**
 * HTTP as bytes: requests no well-behaved client would send, and answers as they came.
 *
 * @module
 */

/** An answer, taken apart. */
export interface RawAnswer {
  /** The status code. */
  readonly status: number;
  /** The head's lines. */
  readonly lines: readonly string[];
  /** Every value of a header. */
  values(name: string): readonly string[];
  /** The body, as it came. */
  readonly body: string;
}

/**
 * Sends bytes and reads until the other side ends.
 *
 * @param port The port on loopback.
 * @param bytes What to send.
 * @param options Whether nothing more is sent, and the other side is told so once it has answered.
 */
export async function sendRaw(
  port: number,
  bytes: string | Uint8Array,
  options: { isEnded?: boolean } = {},
): Promise<RawAnswer> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const data = typeof bytes === "string" ? latin1(bytes) : bytes;
  for (let at = 0; at < data.length;) at += await conn.write(data.subarray(at));
  const pieces: string[] = [];
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder("latin1");
  while (true) {
    const count = await conn.read(buffer).catch(() => null);
    if (count === null) break;
    pieces.push(decoder.decode(buffer.subarray(0, count)));
    // A kept connection would wait for the next request.
    if (options.isEnded) await conn.closeWrite().catch(() => {});
  }
  return parseAnswer(pieces.join(""));
}

/** Takes an answer apart. */
export function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const lines = text.slice(0, Math.max(0, end)).split("\r\n");
  return {
    status: Number(lines[0]?.split(" ")[1] ?? 0),
    lines,
    values: (name) =>
      lines.slice(1).filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
        .map((line) => line.slice(name.length + 1).trim()),
    body: text.slice(end + 4),
  };
}

/**
 * A request's bytes, for a connection that ends with the answer.
 *
 * @param target Path and query.
 * @param fields Header lines.
 * @param method The method.
 */
export function rawRequest(
  target: string,
  fields: Readonly<Record<string, string>> = {},
  method = "GET",
): string {
  const lines = Object.entries({ Host: "box.example.com", Connection: "close", ...fields });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${target} HTTP/1.1\r\n${head}\r\n`;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
