/**
 * The inventory as a table for a person.
 *
 * @module
 */
import type { LoginKind } from "./login_kind.ts";
import type { SiteRow } from "./site_rows.ts";

const LOGIN_WORDS: Readonly<Record<LoginKind, string>> = {
  session_cookie: "session cookie",
  persistent_cookie: "persistent cookie",
  token_in_storage: "token in storage",
};

const HEAD = ["site", "login", "cookies", "origins", "changed", "expires from", "to", "notes"];

/**
 * One line per site under a head line.
 *
 * @param rows From `siteRows`.
 */
export function sitesText(rows: readonly SiteRow[]): string {
  if (rows.length === 0) return "No site: nothing has been harvested, or nothing is granted.\n";
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines.map((line) =>
    `${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd()}\n`
  ).join("");
}

function cells(row: SiteRow): readonly string[] {
  const notes = [
    ...(row.expiringWithin24Hours > 0 ? [`${row.expiringWithin24Hours} end within 24 h`] : []),
    ...(row.expiringWithin7Days > row.expiringWithin24Hours
      ? [`${row.expiringWithin7Days} end within 7 days`]
      : []),
    ...(row.partitionedCookieCount > 0 ? [`${row.partitionedCookieCount} partitioned`] : []),
    ...(row.isLostOnRestart ? ["will not survive a browser restart"] : []),
  ];
  return [
    // A cookie's domain is a site's own text, and this one goes to a terminal.
    row.site.replaceAll(/\p{C}/gu, "?"),
    row.login.map((kind) => LOGIN_WORDS[kind]).join(", ") || "-",
    String(row.cookieCount),
    String(row.origins.length),
    minute(row.lastChangedAt),
    minute(row.earliestExpiryAt),
    minute(row.latestExpiryAt),
    notes.join("; "),
  ];
}

function minute(time: string | undefined): string {
  return time === undefined ? "-" : time.slice(0, 16).replace("T", " ");
}
