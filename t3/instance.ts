/**
 * One running t3 server, and how to ask it something.
 *
 * An answer is read whole, up to a bound, within a deadline. That it does not come is a value, not
 * an exception: an instance may be starting, stopped, or wounded, and the caller decides what that
 * means.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";

/** Where a t3 server listens. */
export interface Instance {
  /** Its origin, such as `http://127.0.0.1:3773`. */
  readonly origin: string;
}

/** The server of one user, on this machine. */
export function loopbackInstance(port: number): Instance {
  return { origin: `http://127.0.0.1:${port}` };
}

/** How to ask. */
export interface AskOptions {
  /** The longest a whole answer may take, in milliseconds. @default {5000} */
  deadlineMs?: number;
  /** Ends the question. */
  signal?: AbortSignal;
}

/** What an instance said. */
export interface Answer {
  /** Tells it from {@linkcode NoAnswer}. */
  readonly kind: "answer";
  /** The status code. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The body, at most 1 MiB of it. */
  readonly body: string;
}

/** An instance that said nothing. */
export interface NoAnswer {
  /** Tells it from what an instance said. */
  readonly kind: "no_answer";
  /** Nobody listens, it took too long, it broke off, or nobody wants to know any more. */
  readonly why: "refused" | "late" | "broken" | "stopped";
  /** A sentence for the log. */
  readonly text: string;
}

const MOST_BYTES = 1_048_576;

/**
 * Asks an instance one question.
 *
 * @param instance Whom.
 * @param path Path and query.
 * @param init Method, headers and body.
 * @param options Deadline and signal.
 */
export async function ask(
  instance: Instance,
  path: string,
  init: RequestInit = {},
  options: AskOptions = {},
): Promise<Answer | NoAnswer> {
  const { deadlineMs = 5_000, signal } = options;
  const abort = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    abort.abort();
  }, deadlineMs);
  const stop = () => abort.abort();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  // Each question gets a connection of its own: one that is kept may be that of a server which was
  // restarted since, and a credential cannot be sent a second time.
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  try {
    const response = await fetch(`${instance.origin}${path}`, {
      ...init,
      // A redirect is an answer too, and never one to follow with a credential in hand.
      redirect: "manual",
      signal: abort.signal,
      client,
    });
    const body = await readText(response);
    return { kind: "answer", status: response.status, headers: response.headers, body };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const where = `${instance.origin}${path.split("?")[0]}`;
    if (isLate) {
      return { kind: "no_answer", why: "late", text: `${where} took more than ${deadlineMs} ms` };
    }
    if (signal?.aborted) return { kind: "no_answer", why: "stopped", text: `${where}: stopped` };
    // The reason is in the cause; the error itself says "fetch failed".
    const text = errorText(error instanceof Error ? error.cause ?? error : error);
    const isRefused = /connection refused/i.test(text);
    return { kind: "no_answer", why: isRefused ? "refused" : "broken", text: `${where}: ${text}` };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let left = MOST_BYTES;
  while (true) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
    if (left > 0) continue;
    await reader.cancel();
    return text;
  }
}

/** A body as JSON; `undefined` where it is none. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
