/**
 * Small things done with sockets, the same way everywhere.
 *
 * @module
 */

/** What can be written to. */
export interface ByteWriter {
  /** As `Deno.Conn.write`: may take only a part. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes all of it; waits while the other side does not read. */
export async function writeAll(writer: ByteWriter, bytes: Uint8Array): Promise<void> {
  let at = await writer.write(bytes);
  while (at < bytes.length) at += await writer.write(bytes.subarray(at));
}

/** Closes a socket, also one that is closed already. */
export function closeQuietly(conn: { close(): void }): void {
  try {
    conn.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** Says that nothing more will be written, also where the other side is gone already. */
export async function closeWriteQuietly(
  conn: { closeWrite(): Promise<void> },
): Promise<void> {
  try {
    await conn.closeWrite();
  } catch {
    // Not connected any more: the other side knows.
  }
}
