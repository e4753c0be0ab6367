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
    for (const line of lines) emit(line.endsWith("\r") ? line.slice(0, -1) : line);
    // One character more may wait: a carriage return at the end of the line does not count.
    for (; rest.length > longest + 1; rest = rest.slice(longest)) onLine(rest.slice(0, longest));
  }
  rest += decoder.decode();
  if (rest !== "") emit(rest);

  function emit(line: string): void {
    for (; line.length > longest; line = line.slice(longest)) onLine(line.slice(0, longest));
    onLine(line);
  }
}
