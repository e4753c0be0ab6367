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

/** Sends a last answer, and reads on for a moment so that it is not lost to a reset. */
export async function endWith(
  client: Deno.TcpConn,
  answer: Uint8Array,
  lingerMs: number,
): Promise<void> {
  const timer = setTimeout(() => closeQuietly(client), lingerMs);
  try {
    await writeAll(client, answer);
    await closeWriteQuietly(client);
    const buffer = new Uint8Array(4_096);
    while (await client.read(buffer) !== null);
  } catch {
    // The client is gone already.
  } finally {
    clearTimeout(timer);
    closeQuietly(client);
  }
}
