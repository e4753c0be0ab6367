/**
 * One HTTP request to a server that a setting names, whose answer is small.
 *
 * It is made by curl, which trusts whom the system trusts, so that a company's own authority works;
 * and the provisioner needs no permission to talk to the network. Headers go through curl's standard
 * input: anyone on the machine can read arguments. No redirect is followed, since it would carry the
 * headers to another server.
 *
 * @module
 */
import { Secret } from "../../core/secret.ts";
import type { RunTool } from "../real/run_tool.ts";

const CURL = "/usr/bin/curl";

/** An answer. */
export interface HttpAnswer {
  /** Its status. */
  readonly status: number;
  /** Its body. */
  readonly body: string;
}

/** The answer, or why there was none. */
export type HttpResult =
  | ({ readonly isAnswered: true } & HttpAnswer)
  | { readonly isAnswered: false; readonly why: string };

/** What is asked. */
export interface HttpRequest {
  /** An `http:` or `https:` URL. */
  readonly url: string;
  /** Headers by name. */
  readonly headers: Readonly<Record<string, string | Secret>>;
  /** A file of the authority that signed the server's certificate, besides those of the system. */
  readonly authority?: string | undefined;
  /** The longest wait, in milliseconds. @default {10000} */
  readonly deadlineMs?: number;
}

/** Asks a server. */
export type HttpGet = (request: HttpRequest) => Promise<HttpResult>;

/** What is read of an answer; what is longer is none we know. */
const LARGEST_BODY_BYTES = 48 * 1024;
/** Time for curl to say that its own deadline passed. */
const GRACE_MS = 5_000;

/** Exit codes of curl (man curl, EXIT CODES) that have a better sentence than its own. */
const SENTENCES: Readonly<Record<number, string>> = {
  6: "its name cannot be resolved",
  7: "it refuses connections",
  28: "it did not answer in time",
  63: "its answer is too long",
  127: "curl is not installed yet",
};

/**
 * Asks by curl.
 *
 * @param runTool Runs curl.
 */
export function curlGet(runTool: RunTool): HttpGet {
  return async ({ url, headers, authority, deadlineMs = 10_000 }) => {
    const lines = [
      `url = ${quoted(url)}`,
      ...Object.entries(headers).map(([name, value]) =>
        `header = ${quoted(`${name}: ${value instanceof Secret ? value.reveal() : value}`)}`
      ),
      ...authority === undefined ? [] : [`cacert = ${quoted(authority)}`],
    ];
    const { code, stdout, stderr, trouble } = await runTool({
      command: CURL,
      args: [
        "--disable",
        "--config",
        "-",
        "--silent",
        "--show-error",
        "--globoff",
        "--proto",
        "=http,https",
        "--max-time",
        String(deadlineMs / 1_000),
        "--max-filesize",
        String(LARGEST_BODY_BYTES),
        // Apart from the body, which may be anything.
        "--write-out",
        "%{stderr}%{http_code}",
      ],
      stdin: new Secret(`${lines.join("\n")}\n`),
      deadlineMs: deadlineMs + GRACE_MS,
    });
    if (trouble !== undefined) return { isAnswered: false, why: SENTENCES[code] ?? told(stderr) };
    if (new TextEncoder().encode(stdout).length > LARGEST_BODY_BYTES) {
      return { isAnswered: false, why: SENTENCES[63] ?? "" };
    }
    return { isAnswered: true, status: Number(stderr.trim().slice(-3)), body: stdout };
  };
}

/** A value of curl's configuration: a backslash and a quotation mark are escaped. */
function quoted(text: string): string {
  // deno-lint-ignore no-control-regex -- a newline would begin another option
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw new RangeError("Cannot ask a server: a control character is in the request");
  }
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** What curl said, as in `curl: (60) SSL certificate problem: self-signed certificate`. */
function told(stderr: string): string {
  const line = /^curl: \(\d+\) ([^\n]*)/m.exec(stderr)?.[1] ?? "curl failed";
  // deno-lint-ignore no-control-regex -- it would act on the terminal
  return line.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, "?").slice(0, 200);
}
