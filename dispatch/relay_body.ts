/**
 * Passes a body on, a piece at a time: one side is read when the other has taken what was read
 * before, so a body of any size needs one buffer.
 *
 * @module
 */
import type { ByteSource } from "../core/byte_source.ts";
import { type ByteWriter, writeAll } from "../core/socket.ts";
import type { BodyCursor } from "./body_end.ts";

/** How it ended: whole; the sender broke off or sent no body; the receiver takes no more. */
export type RelayEnd = "complete" | "source_cut" | "source_invalid" | "sink_cut";

/** What to pass on. */
export interface RelayOptions {
  /** Where the body comes from. */
  readonly source: ByteSource;
  /** Finds its end. */
  readonly cursor: BodyCursor;
  /** Where it goes. */
  readonly sink: ByteWriter;
  /** What goes before it: the head, sent together with what is there of the body. */
  readonly head?: Uint8Array;
  /** Told of every piece. */
  readonly onBytes?: (count: number) => void;
}

/** Passes a body on. It never rejects. */
export async function relayBody(options: RelayOptions): Promise<RelayEnd> {
  const { source, cursor, sink, onBytes } = options;
  let head = options.head;
  try {
    // A head waits for nothing: it is sent with what has come already, or alone.
    if (head !== undefined && (cursor.isDone || !source.hasPending)) {
      await writeAll(sink, head);
      head = undefined;
    }
  } catch {
    return "sink_cut";
  }
  while (!cursor.isDone) {
    let piece: Uint8Array | undefined;
    try {
      piece = await source.readPiece();
    } catch {
      return "source_cut";
    }
    if (piece === undefined) return cursor.endsWithConnection ? "complete" : "source_cut";
    const count = cursor.take(piece);
    const body = piece.subarray(0, count);
    // The rest is another message's: kept before the buffer is used again.
    if (count < piece.length) source.putBack(piece.subarray(count).slice());
    try {
      await writeAll(sink, head === undefined ? body : joined(head, body));
    } catch {
      return "sink_cut";
    }
    head = undefined;
    onBytes?.(count);
    if (cursor.isInvalid) return "source_invalid";
  }
  return "complete";
}

function joined(head: Uint8Array, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}
