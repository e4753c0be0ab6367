/**
 * Pages for a person, where the workspace cannot be shown. They load nothing and run nothing; where
 * waiting helps they reload by themselves.
 *
 * @module
 */
import type { LocalAnswer, LocalReason } from "./local_answer.ts";

const RETRY_SECONDS = 3;

/** The instance does not answer. */
export function unreachablePage(user: string, sinceMs: number, nowMs: number): LocalAnswer {
  const seconds = Math.max(0, Math.round((nowMs - sinceMs) / 1_000));
  const since = `${new Date(sinceMs).toISOString().slice(11, 19)} UTC`;
  return page({
    reason: "instance_unreachable",
    status: 503,
    title: `The workspace of ${user} does not answer`,
    text: [
      `It has not answered since ${since}, which is ${seconds} s ago. It may be starting.`,
      "This page tries again by itself.",
    ],
    retries: true,
  });
}

/** Somebody is paired again and again. */
export function loopPage(user: string): LocalAnswer {
  return page({
    reason: "pairing_looping",
    status: 508,
    title: `The sign-in of ${user} goes round in circles`,
    text: [
      "This browser was given a session three times within a minute and never sent it back.",
      "Let it keep cookies for this site, and reload the page after a minute.",
    ],
  });
}

/** The instance runs, but no session could be made. */
export function failedPage(user: string, step: "mint" | "pair", text: string): LocalAnswer {
  const what = step === "mint" ? "A credential could not be made" : "It did not take a credential";
  return page({
    reason: "pairing_failed",
    status: 502,
    title: `The workspace of ${user} runs, but signing in failed`,
    text: [`${what}: ${text}`, "Reload the page to try again, or tell the admin of this machine."],
  });
}

interface Page {
  readonly reason: LocalReason;
  readonly status: number;
  readonly title: string;
  readonly text: readonly string[];
  readonly retries?: boolean;
}

function page({ reason, status, title, text, retries = false }: Page): LocalAnswer {
  const refresh = retries ? `<meta http-equiv="refresh" content="${RETRY_SECONDS}">\n` : "";
  return {
    reason,
    status,
    fields: [
      ["Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"],
      ["Referrer-Policy", "no-referrer"],
      ...(retries ? [["Retry-After", String(RETRY_SECONDS)] as const] : []),
    ],
    type: "text/html; charset=utf-8",
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
${refresh}<title>${escaped(title)}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 1rem}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${text.map((line) => `<p>${escaped(line)}</p>`).join("\n")}
</body>
</html>
`,
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
