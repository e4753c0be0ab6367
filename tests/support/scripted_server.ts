/**
 * A real HTTP server on loopback that answers what a test tells it to.
 *
 * @module
 */
import { runCommand } from "../../core/process.ts";

/** What a request asked for. */
export interface SeenRequest {
  /** Its whole address. */
  readonly url: URL;
  /** Its header fields. */
  readonly headers: Headers;
}

/** A server that runs. */
export interface ScriptedServer extends AsyncDisposable {
  /** Its snapshot's address. */
  readonly url: URL;
  /** The requests it has seen. */
  readonly requests: readonly SeenRequest[];
  /** Stops it; whatever it holds is cut. */
  stop(): Promise<void>;
}

/** How to start it. */
export interface ScriptedServerOptions {
  /** Its port. @default {0} */
  port?: number;
  /** Certificate and key, for https. */
  tls?: { cert: string; key: string };
}

/**
 * Starts it.
 *
 * @param answer Answers a request.
 * @param options Port and certificate.
 */
export function scriptServer(
  answer: (request: Request, count: number) => Response | Promise<Response>,
  options: ScriptedServerOptions = {},
): ScriptedServer {
  const requests: SeenRequest[] = [];
  const abort = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: options.port ?? 0,
    signal: abort.signal,
    onListen() {},
    ...(options.tls ?? {}),
  }, (request) => {
    // Copies: a request cannot be looked at once it has been answered.
    const seen = { url: new URL(request.url), headers: new Headers(request.headers) };
    return answer(request, requests.push(seen));
  });
  async function stop(): Promise<void> {
    abort.abort();
    await server.finished;
  }
  const scheme = options.tls === undefined ? "http" : "https";
  return {
    url: new URL(`${scheme}://127.0.0.1:${server.addr.port}/api/snapshot`),
    requests,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/**
 * A certificate for 127.0.0.1 that nobody has signed but itself.
 *
 * @param directory Where to make it.
 */
export async function selfSignedCertificate(
  directory: string,
): Promise<{ cert: string; key: string; certPath: string }> {
  const [keyPath, certPath] = [`${directory}/key.pem`, `${directory}/cert.pem`];
  const { code, stderr } = await runCommand("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1".split(" "),
    ...["-subj", "/CN=hearth-test", "-addext", "subjectAltName=IP:127.0.0.1"],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-keyout", keyPath, "-out", certPath],
  ]);
  if (code !== 0) throw new Error(`openssl failed: ${stderr}`);
  return {
    cert: await Deno.readTextFile(certPath),
    key: await Deno.readTextFile(keyPath),
    certPath,
  };
}
