/**
 * The storage state: what Playwright's `newContext({ storageState })` takes.
 *
 * The shape is that of playwright-core 1.65 (and of the version inside the pinned
 * `@playwright/mcp`). Seeding is all or nothing there: one cookie or origin it does not like makes the
 * whole context fail, so this schema is as strict as the seeding itself.
 *
 * @module
 */
import { z } from "zod";

/** Playwright refuses a cookie that expires later than this, in seconds since the epoch. */
export const LATEST_EXPIRES_SECONDS = 253_402_300_799;

const EXPIRES = z.number().refine(
  (seconds) => seconds === -1 || (seconds > 0 && seconds <= LATEST_EXPIRES_SECONDS),
  "must be -1 or seconds since the epoch",
);

const COOKIE = z.object({
  name: z.string(),
  value: z.string(),
  domain: z.string().min(1),
  path: z.string().startsWith("/", 'must begin with "/"'),
  expires: EXPIRES,
  httpOnly: z.boolean(),
  secure: z.boolean(),
  sameSite: z.enum(["Strict", "Lax", "None"]),
  partitionKey: z.string().optional(),
  _crHasCrossSiteAncestor: z.boolean().optional(),
});

const KEY_PATH = { keyPath: z.string().optional(), keyPathArray: z.array(z.string()).optional() };

const DATABASE = z.object({
  name: z.string(),
  version: z.number().int().positive(),
  stores: z.array(z.object({
    name: z.string(),
    autoIncrement: z.boolean(),
    ...KEY_PATH,
    records: z.array(z.object({
      key: z.unknown().optional(),
      keyEncoded: z.unknown().optional(),
      value: z.unknown().optional(),
      valueEncoded: z.unknown().optional(),
    })),
    indexes: z.array(
      z.object({ name: z.string(), ...KEY_PATH, multiEntry: z.boolean(), unique: z.boolean() }),
    ),
  })),
});

const ITEMS = z.array(z.object({ name: z.string(), value: z.string() }));

const ORIGIN = z.object({
  origin: z.string().refine(isWebOrigin, "must be an http: or https: origin"),
  localStorage: ITEMS,
  indexedDB: z.array(DATABASE).optional(),
  opfs: z.array(z.object({
    path: z.string().min(1),
    type: z.enum(["file", "directory"]),
    base64: z.string().optional(),
  })).optional(),
  // Playwright passes over these two; the init script beside a user's copy carries them.
  sessionStorage: ITEMS.optional(),
  partitions: z.array(z.object({
    topLevelSite: z.string().refine(isWebOrigin, "must be an http: or https: site"),
    localStorage: ITEMS,
  })).optional(),
});

const STORAGE_STATE = z.object({ cookies: z.array(COOKIE), origins: z.array(ORIGIN) });

/** A cookie of a storage state. */
export type StateCookie = z.infer<typeof COOKIE>;

/** An IndexedDB database of a storage state. */
export type StateDatabase = z.infer<typeof DATABASE>;

/** The storage of one origin in a storage state. */
export type StateOrigin = z.infer<typeof ORIGIN>;

/** Names and values of a Storage object. */
export type StateItems = z.infer<typeof ITEMS>;

/** localStorage of an origin embedded in pages of another site. */
export type StatePartition = NonNullable<StateOrigin["partitions"]>[number];

/** Cookies and the storage of origins, as Playwright takes them. */
export type StorageState = z.infer<typeof STORAGE_STATE>;

/** The JSON Schema of a storage state. It is a floor: the parser refuses more. */
export function storageStateJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(STORAGE_STATE, { io: "input" });
}

/** A text that is not a storage state; its message says where and why, on one line. */
export class StorageStateError extends SyntaxError {
  /**
   * Says what is wrong.
   *
   * @param reason The first faults, without any value.
   */
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "StorageStateError";
  }
}

/**
 * Parses and checks a storage state.
 *
 * @param text JSON.
 * @throws {StorageStateError} When it is no JSON or no storage state; the message holds no value.
 */
export function parseStorageState(text: string): StorageState {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be a secret.
    throw new StorageStateError(text.trim() === "" ? "it is empty" : "it is not whole JSON");
  }
  const result = STORAGE_STATE.safeParse(raw);
  if (result.success) return result.data;
  const issues = result.error.issues;
  const shown = issues.slice(0, 3).map((issue) =>
    `${issue.path.join(".") || "it"}: ${issue.message}`
  );
  const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : "";
  throw new StorageStateError(`${shown.join("; ")}${more}`);
}

/**
 * Whether a text is exactly the origin of a web page: scheme, host and port, without a path.
 *
 * @param text Such as `https://example.com` or `http://localhost:8080`.
 */
export function isWebOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
