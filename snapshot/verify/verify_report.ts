/**
 * What a verification found, for a machine and for a person. Never a value.
 *
 * @module
 */
import { z } from "zod";
import { siteOfHost, siteOfOrigin } from "../guard/site_of.ts";

const COOKIE = z.object({
  name: z.string(),
  domain: z.string(),
  path: z.string(),
  partitionKey: z.string().optional(),
  refused: z.string().optional(),
});

const ORIGIN = z.object({
  origin: z.string(),
  items: z.array(z.object({
    what: z.string(),
    expected: z.number(),
    arrived: z.number(),
    isWhole: z.boolean(),
  })),
  refused: z.string().optional(),
});

const VERIFY_REPORT = z.object({
  browser: z.string(),
  tookMs: z.number(),
  cookies: z.array(COOKIE),
  origins: z.array(ORIGIN),
});

/** What a verification found: each cookie and each item, and why it is not there. */
export type VerifyReport = z.infer<typeof VERIFY_REPORT>;

/**
 * The report in what the seeding process answered.
 *
 * @param answer JSON, parsed.
 * @returns `undefined` where it is no report.
 */
export function parseReport(answer: unknown): VerifyReport | undefined {
  return VERIFY_REPORT.safeParse(answer).data;
}

/** Whether everything is there. */
export function hasArrivedWhole({ cookies, origins }: VerifyReport): boolean {
  return cookies.every((cookie) => cookie.refused === undefined) &&
    origins.every((one) => one.refused === undefined && one.items.every((item) => item.isWhole));
}

/**
 * A line for each site, one below it for each thing that did not arrive, and a sum.
 *
 * @param report What was found.
 * @param file The snapshot, for the last line.
 */
export function verifyText(report: VerifyReport, file: string): string {
  const { cookies, origins, browser, tookMs } = report;
  const sites = new Set([
    ...cookies.map(({ domain }) => siteOfHost(domain)),
    ...origins.map(({ origin }) => siteOfOrigin(origin)),
  ]);
  const lines: string[] = [];
  for (const site of [...sites].sort()) {
    const own = cookies.filter(({ domain }) => siteOfHost(domain) === site);
    const items = origins.filter(({ origin }) => siteOfOrigin(origin) === site);
    const lost = [...own.flatMap(cookieLoss), ...items.flatMap(originLoss)];
    const parts = [
      ...(own.length > 0
        ? [share(own.filter((one) => !one.refused).length, own.length, "cookies")]
        : []),
      ...(items.length > 0 ? [sumOf(items)] : []),
    ];
    lines.push(`${lost.length === 0 ? "✓" : "✗"} ${site}: ${parts.join(", ")}`);
    lines.push(...lost.map((text) => `    ${text}`));
  }
  const all = share(cookies.filter((one) => !one.refused).length, cookies.length, "cookies");
  lines.push(
    "",
    `${all} and ${sumOf(origins)} of ${origins.length} origins arrived in ${browser} ` +
      `(${(tookMs / 1_000).toFixed(1)} s) from ${file}`,
  );
  return `${lines.join("\n")}\n`;
}

function cookieLoss(
  { name, domain, path, partitionKey, refused }: VerifyReport["cookies"][number],
) {
  const partition = partitionKey === undefined ? "" : ` in the partition of ${partitionKey}`;
  return refused === undefined
    ? []
    : [`cookie "${name}" of ${domain}${path}${partition}: ${refused}`];
}

function originLoss({ origin, refused, items }: VerifyReport["origins"][number]): string[] {
  if (refused !== undefined) return [`everything of ${origin}: ${refused}`];
  return items.filter((item) => !item.isWhole).map(({ what, arrived, expected }) =>
    expected === 1 ? `${origin} ${what}: it did not arrive` : `${origin} ${what}: ` +
      `${arrived} of ${expected} records arrived`
  );
}

function sumOf(origins: VerifyReport["origins"]): string {
  const items = origins.flatMap((one) => one.items);
  return share(items.filter((item) => item.isWhole).length, items.length, "items");
}

function share(arrived: number, expected: number, what: string): string {
  return `${arrived} of ${expected} ${what}`;
}
