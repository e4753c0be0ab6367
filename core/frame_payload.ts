/**
 * The text that a message's frames carry.
 *
 * @module
 */
import { FrameScanner } from "./frame_scanner.ts";

/**
 * Puts a message together.
 *
 * @param parts The bytes of its frames, cut anywhere; control frames are not among them.
 */
export function payloadText(parts: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  let text = "";
  let phase = 0;
  const scanner = new FrameScanner({
    onHeaderByte(_piece, _at, isFirst) {
      if (isFirst) phase = 0;
    },
    onPayload(piece, from, to, { mask }) {
      const part = piece.slice(from, to);
      if (mask !== undefined) {
        for (let at = 0; at < part.length; at++) {
          part[at] = (part[at] as number) ^ (mask[(at + phase) & 3] as number);
        }
      }
      phase = (phase + part.length) & 3;
      text += decoder.decode(part, { stream: true });
    },
  });
  for (const part of parts) scanner.push(part);
  return text;
}
