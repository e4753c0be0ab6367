/**
 * Asks for a credential over the socket of `t3-mint.socket`: a line with the account's name, answered
 * by what the mint prints. A dispatcher that is confined so far that sudo cannot work there uses it.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { closeQuietly, writeAll } from "../core/socket.ts";

/** What the socket said, or why it said nothing. */
export type SocketAnswer =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string };

const MOST_BYTES = 65_536;

/**
 * Asks the socket.
 *
 * @param path The socket.
 * @param user The account.
 * @param deadlineMs The longest wait, in milliseconds.
 */
export async function askMintSocket(
  path: string,
  user: string,
  deadlineMs: number,
): Promise<SocketAnswer> {
  let conn: Deno.UnixConn;
  try {
    conn = await Deno.connect({ transport: "unix", path });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return { kind: "failed", text: `${path}: ${errorText(error)}` };
  }
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    closeQuietly(conn);
  }, deadlineMs);
  try {
    await writeAll(conn, new TextEncoder().encode(`${user}\n`));
    const text = await readAll(conn);
    if (text !== "") return { kind: "answer", text };
    return { kind: "failed", text: `${path} gave no answer: see the journal of t3-mint@` };
  } catch (error) {
    const why = isLate ? `took more than ${deadlineMs} ms` : errorText(error);
    return { kind: "failed", text: `${path}: ${why}` };
  } finally {
    clearTimeout(timer);
    closeQuietly(conn);
  }
}

async function readAll(conn: Deno.UnixConn): Promise<string> {
  const buffer = new Uint8Array(4_096);
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < MOST_BYTES) {
    const count = await conn.read(buffer);
    if (count === null) break;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text;
}
