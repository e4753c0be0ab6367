/**
 * One sentence for each way in which a server can refuse or be out of reach.
 *
 * `fetch` tells a bad certificate from a refused connection only in the text of its errors
 * (rustls and hyper, as worded in Deno 2.9); a contract test against a real server with a
 * self-signed certificate holds that text to what is matched here.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { RefreshFault } from "./refresh_fault.ts";

const TLS =
  /invalid peer certificate|received corrupt message|tls handshake|received fatal alert|peer is incompatible/i;

/**
 * The fault of a `fetch` that threw, or whose body broke off.
 *
 * @param url Where it went.
 * @param error What was thrown.
 */
export function connectionFault(url: URL, error: unknown): RefreshFault {
  const detail = innermost(error);
  if (TLS.test(detail)) {
    return new RefreshFault(
      "tls",
      `Cannot trust ${url.origin}: ${detail}; check its certificate, or name its authority ` +
        "with DENO_CERT=FILE or DENO_TLS_CA_STORE=system",
      { cause: error },
    );
  }
  return new RefreshFault(
    "unreachable",
    `Cannot reach ${url.origin}: ${detail}; check that the server runs and that ` +
      "PLAYWRIGHT_SNAPSHOT_URL is right",
    { cause: error },
  );
}

/**
 * The fault of an answer that is neither a snapshot nor "unchanged".
 *
 * @param url Who answered.
 * @param response The answer; only the start of its body is used.
 */
export async function statusFault(url: URL, response: Response): Promise<RefreshFault> {
  const said = await serverSentence(response);
  const answer = `answered ${response.status}${said === "" ? "" : ` (${said})`}`;
  switch (response.status) {
    case 401:
    case 403:
      return new RefreshFault(
        "unauthorized",
        `Cannot fetch ${url}: ${url.host} ${answer}; the token was rotated or revoked, ask for a new one`,
      );
    case 404:
      if (!/not yet available/.test(said)) break;
      return new RefreshFault(
        "not_yet",
        `Cannot fetch ${url}: ${url.host} ${answer}; log in once in the warm browser, or look at the harvester`,
      );
  }
  const location = response.headers.get("location");
  if (response.status >= 300 && response.status < 400) {
    // Following it could hand the bearer to a login page of somebody else.
    return new RefreshFault(
      "server",
      `Cannot fetch ${url}: ${url.host} ${answer} and sends to "${
        clip(location ?? "nowhere")
      }"; an ingress probably asks for a login, let /api/snapshot pass it`,
    );
  }
  const advice = response.status >= 500
    ? "look at the log of the snapshot server"
    : "check that PLAYWRIGHT_SNAPSHOT_URL ends in /api/snapshot";
  return new RefreshFault("server", `Cannot fetch ${url}: ${url.host} ${answer}; ${advice}`);
}

/** The server's own `error` sentence, where it gave one. */
async function serverSentence(response: Response): Promise<string> {
  let text = "";
  try {
    for await (const bytes of response.body ?? []) {
      text += new TextDecoder().decode(bytes);
      if (text.length > 4_096) break;
    }
    const body = JSON.parse(text) as { error?: unknown } | null;
    return typeof body?.error === "string" ? clip(body.error) : "";
  } catch {
    // An ingress answers with a page of its own; the status says enough.
    return "";
  }
}

/** A stranger's text on one short line. */
function clip(text: string): string {
  const line = text.replaceAll(/[^\x20-\x7e]+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}

/** fetch wraps: "fetch failed" <- "error sending request for url (...): client error (...): reason". */
function innermost(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return errorText(inner).replace(/^error sending request .*?client error \(\w+\): /, "");
}
