/**
 * Puts the address a client used into the URLs of a `/json*` answer.
 *
 * Only the values of `webSocketDebuggerUrl` and `devtoolsFrontendUrl` change; every other byte
 * stays, also where a page's title or address happens to hold the same text: in JSON its quotes
 * are escaped, so it cannot look like a key.
 *
 * @module
 */
import { bytesFromLatin1, latin1FromBytes } from "../core/latin1.ts";

/** How a client reached the bridge. */
export interface ClientAddress {
  /** What it named in `Host`. */
  readonly authority: string;
  /** Whether it speaks TLS to a proxy in front of the bridge. */
  readonly isSecure: boolean;
  /** The token it showed: clients use the URL as it is and would not add it again. */
  readonly token?: string | undefined;
}

/**
 * Rewrites an answer.
 *
 * @param body The answer of Chromium.
 * @param upstreamAuthority What the bridge named in `Host` upstream, which Chromium repeats.
 * @param client How the client reached the bridge.
 */
export function rewriteUrls(
  body: Uint8Array,
  upstreamAuthority: string,
  client: ClientAddress,
): Uint8Array {
  const text = latin1FromBytes(body);
  const from = upstreamAuthority.replaceAll(/[.[\]]/g, "\\$&");
  const scheme = client.isSecure ? "wss" : "ws";
  const query = client.token === undefined ? "" : `?token=${encodeURIComponent(client.token)}`;
  const rewritten = text
    .replaceAll(
      new RegExp(`("webSocketDebuggerUrl":\\s*")ws://${from}(/[^"]*)"`, "g"),
      (_, key: string, path: string) => `${key}${scheme}://${client.authority}${path}${query}"`,
    )
    .replaceAll(
      new RegExp(`("devtoolsFrontendUrl":\\s*"[^"]*[?&])ws=${from}(/[^"&]*)`, "g"),
      (_, key: string, path: string) =>
        `${key}${scheme}=${client.authority}${path}${encodeURIComponent(query)}`,
    );
  return rewritten === text ? body : bytesFromLatin1(rewritten);
}
