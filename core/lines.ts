/**
 * Text lines from a stream of bytes.
 *
 * @module
 */

/**
 * Calls `onLine` for every line of a stream, and for what is left at its end. Bytes that are no
 * UTF-8 become U+FFFD; a line longer than 64 Ki characters is cut into pieces of that size.
 *
 * @param stream The bytes; read to its end.
 * @param onLine Takes a line without its newline.
 */
export async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const longest = 65_536;
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    for (; rest.length > longest; rest = rest.slice(longest)) onLine(rest.slice(0, longest));
  }
  rest += decoder.decode();
  if (rest !== "") onLine(rest);
}
