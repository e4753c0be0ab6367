/**
 * Asks a snapshot server whether a copy is what it has: `ask_snapshot.ts URL TOKEN_FILE SHA256`.
 *
 * Prints one JSON object. The body is never read: nothing of a login passes through here.
 *
 * @module
 */

import { systemClock } from "../../../core/clock.ts";
import { errorText } from "../../../core/error_text.ts";

const DEADLINE_MS = 15_000;

const [url = "", tokenPath = "", digest = ""] = Deno.args;

/** The question's outcome. */
async function ask(): Promise<Readonly<Record<string, unknown>>> {
  const token = (await Deno.readTextFile(tokenPath)).trim();
  const response = await fetch(url, {
    method: "GET",
    redirect: "manual",
    headers: {
      authorization: `Bearer ${token}`,
      ...(digest === "" ? {} : { "if-none-match": `"${digest}"` }),
    },
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const atMs = systemClock.now();
  await response.body?.cancel();
  const dateMs = Date.parse(response.headers.get("date") ?? "");
  const age = response.headers.get("x-snapshot-age-ms");
  return {
    kind: "answered",
    status: response.status,
    atMs,
    ...(Number.isNaN(dateMs) ? {} : { dateMs }),
    ...(age === null ? {} : { ageMs: Number(age) }),
  };
}

let outcome: Readonly<Record<string, unknown>>;
try {
  outcome = await ask();
} catch (error) {
  // fetch keeps the reason below its own sentence.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  outcome = { kind: "failed", error: errorText(cause) };
}
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(outcome)}\n`));
