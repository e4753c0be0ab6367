/**
 * The shape of an access file, and what each value becomes.
 *
 * Messages are the `must be …` part of a sentence; what stands there instead is put before them.
 *
 * @module
 */
import { z } from "zod";
import type { AccessRules, Subject } from "./access_rules.ts";
import { parseSiteEntry } from "./site_entry.ts";

/** A subject's name stands in logs and on command lines. */
export const SUBJECT_NAME: RegExp = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;

const ALL = "*";

/** What a subject's name must be. */
export const SUBJECT_NAME_RULE: string =
  "must be a name of up to 64 letters, digits and . _ @ + -, beginning with a letter or digit";

const DIGEST_RULE =
  'must be "sha256:" and 64 hexadecimal digits: the digest of a token, never the token';

const DIGEST = z.string(DIGEST_RULE).regex(/^sha256:[0-9a-f]{64}$/, DIGEST_RULE)
  .transform((text) => Uint8Array.fromHex(text.slice("sha256:".length)));

const EXPIRES_RULE =
  "must be a date such as 2027-01-31 (its whole day, UTC) or a time such as 2027-01-31T12:00:00Z";

const EXPIRES = z.string(EXPIRES_RULE).transform((text, context) => {
  const expiresMs = parseExpires(text);
  if (expiresMs !== undefined) return expiresMs;
  context.addIssue(EXPIRES_RULE);
  return z.NEVER;
});

function entries(isDenied: boolean) {
  return z.array(
    z.string("must be a host such as example.com, in quotes where YAML would take it for a number")
      .transform((text, context) => {
        if (text === ALL && !isDenied) return ALL;
        const entry = parseSiteEntry(text, isDenied);
        if ("host" in entry) return entry.host;
        context.addIssue(entry.fault);
        return z.NEVER;
      }),
    isDenied ? "must be a list of sites" : 'must be a list of sites, or "*" for all',
  ).max(1_000, "must have at most 1000 entries");
}

/** Either all sites or a list of them. */
const SITES = z.preprocess(
  (value) => value === ALL ? [ALL] : value,
  entries(false).min(1, "must name at least one site").transform((sites, context) => {
    if (!sites.includes(ALL)) return sites;
    if (sites.length === 1) return ALL;
    context.addIssue('must be "*" for all sites, or a list of sites without "*"');
    return z.NEVER;
  }),
);

const SUBJECT = z.strictObject({
  tokens: z.array(DIGEST, "must be a list of digests")
    .min(1, "must name at least one token")
    .max(16, "must have at most 16 tokens"),
  sites: SITES,
  deny: entries(true).default([]),
  expires: EXPIRES.optional(),
  no_session_cookies: z.boolean("must be true or false").default(false),
}, "must be a map with tokens and sites");

const FILE = z.strictObject({
  // Names are checked where they stand: an invalid key would hide what is below it.
  subjects: z.record(z.string(), SUBJECT, "must be a map of subjects by name"),
}, "must be a map with subjects");

/** What an access file holds. */
export type AccessFile = z.output<typeof FILE>;

/** The shape of an access file. */
export const ACCESS_FILE_SHAPE: z.ZodType<AccessFile> = FILE;

/** The JSON Schema of an access file. It is a floor: the parser refuses more. */
export function accessFileJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(FILE, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== SITES) return;
      const list = { ...jsonSchema };
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      jsonSchema.anyOf = [{ const: ALL }, list];
    },
  });
}

/** The rules that an access file stands for. */
export function accessRules({ subjects }: AccessFile): AccessRules {
  return {
    subjects: Object.entries(subjects).map(([name, one]): Subject => ({
      name,
      digests: one.tokens,
      grant: { sites: one.sites, deny: one.deny, hasNoSessionCookies: one.no_session_cookies },
      ...(one.expires === undefined ? {} : { expiresMs: one.expires }),
    })),
  };
}

/** Milliseconds since the epoch, or `undefined` where the text is no date and no time. */
export function parseExpires(text: string): number | undefined {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text)) {
      const day = Temporal.PlainDate.from(text, { overflow: "reject" });
      return day.add({ days: 1 }).toZonedDateTime("UTC").epochMilliseconds;
    }
    if (!/^\d{4}-\d\d-\d\dT/.test(text)) return undefined;
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
