/**
 * Whether an instance takes a WebSocket from a session: everything a person does goes through it,
 * and a server can answer every request and still be dead there.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import type { Instance } from "./instance.ts";

/** The path of the WebSocket. */
export const WEB_SOCKET_PATH = "/ws";

/** What came of opening one. */
export type WebSocketOutcome =
  | { readonly kind: "opened" }
  | { readonly kind: "failed"; readonly why: "late" | "refused"; readonly text: string };

/**
 * Opens a WebSocket and closes it again.
 *
 * @param instance Whose.
 * @param options The session's `Cookie` header, and the longest wait in milliseconds.
 */
export async function probeWebSocket(
  instance: Instance,
  options: { cookie: string; deadlineMs?: number },
): Promise<WebSocketOutcome> {
  const { cookie, deadlineMs = 5_000 } = options;
  const url = `${instance.origin.replace(/^http/, "ws")}${WEB_SOCKET_PATH}`;
  const socket = new WebSocket(url, { headers: { cookie } });
  const closed = new Promise<void>((resolve) => socket.onclose = () => resolve());
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<WebSocketOutcome>((resolve) => {
      socket.onopen = () => resolve({ kind: "opened" });
      socket.onerror = (event) => {
        const text = `${url}: ${errorText(event instanceof ErrorEvent ? event.message : "failed")}`;
        resolve({ kind: "failed", why: "refused", text });
      };
      timer = setTimeout(() => {
        resolve({ kind: "failed", why: "late", text: `${url} took more than ${deadlineMs} ms` });
      }, deadlineMs);
    });
  } finally {
    clearTimeout(timer);
    socket.close();
    await closed;
  }
}
