/**
 * The answers that carry no snapshot, and the header fields all answers have.
 *
 * There is no CORS: no web page has business here. Nothing names the server.
 *
 * @module
 */

/** A header field. */
export type HeaderField = [name: string, value: string];

/** Nothing is used again without asking. */
export const CACHE_CONTROL: HeaderField = ["cache-control", "no-cache"];

/** The body depends on who asks and what they can unpack. */
export const VARY: HeaderField = ["vary", "accept-encoding, authorization"];

/** What every answer with a body says. */
export const COMMON_FIELDS: readonly HeaderField[] = [
  CACHE_CONTROL,
  ["x-content-type-options", "nosniff"],
];

/** An answer of an error, as the contract words it: one line of JSON. */
export function errorAnswer(
  status: 400 | 401 | 404 | 405 | 500 | 503,
  error: string,
  fields: readonly HeaderField[] = [],
): Response {
  return new Response(`${JSON.stringify({ error })}\n`, {
    status,
    headers: [...COMMON_FIELDS, ["content-type", "application/json"], ...fields],
  });
}

/** The answer to a request that is not let in. */
export function refusalAnswer(kind: "refused" | "unconfigured"): Response {
  return kind === "unconfigured"
    ? errorAnswer(503, "token not configured")
    : errorAnswer(401, "invalid bearer", [["www-authenticate", "Bearer"]]);
}

/** The answer before there is a snapshot. */
export function notYetAnswer(): Response {
  return errorAnswer(404, "snapshot not yet available");
}

/** A line of text. */
export function textAnswer(text: string, status: 200 | 503 = 200): Response {
  return new Response(text, {
    status,
    headers: [...COMMON_FIELDS, ["content-type", "text/plain"]],
  });
}
