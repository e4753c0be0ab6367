/**
 * Pairing links and sessions in the database, in the columns this build knows.
 *
 * A build that is older than the database asks for columns that are gone, and SQLite refuses: that
 * is what a downgrade of the program alone does.
 *
 * @module
 */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { Behaviour } from "./behaviour.ts";
import { SCOPES_ID } from "./migrations.ts";
import { shortHash, type State } from "./state.ts";

/** A one-time credential, as `t3 auth pairing create --json` prints it. */
export interface PairingLink {
  /** Its id. */
  readonly id: string;
  /** What is exchanged. */
  readonly credential: string;
  /** What it allows, in builds before scopes. */
  readonly role?: string;
  /** What it allows. */
  readonly scopes?: readonly string[];
  /** When it ends. */
  readonly expiresAt: string;
}

/** A session that lives. */
export interface Session {
  /** Its id. */
  readonly id: string;
  /** When it ends. */
  readonly expiresAt: string;
}

const SCOPES = ["orchestration:read", "orchestration:operate", "terminal:operate"];
const SESSION_MS = 30 * 86_400_000;

/** Makes a credential that works once. */
export function createPairingLink(state: State, behaviour: Behaviour, ttlMs: number): PairingLink {
  const id = randomUUID();
  const credential = randomBytes(9).toString("base64url").toUpperCase();
  const expiresAt = new Date(Date.now() + ttlMs).toISOString();
  const { column, value, shown } = grant(behaviour);
  state.database.prepare(
    `INSERT INTO auth_pairing_links (id, credential, ${column}, created_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
  ).run(id, credential, value, new Date().toISOString(), expiresAt);
  return { id, credential, ...shown, expiresAt };
}

/** Spends a credential; `undefined` where it is unknown, spent or over. */
export function exchange(
  state: State,
  behaviour: Behaviour,
  credential: string,
): Session | undefined {
  const now = new Date().toISOString();
  const spent = state.database.prepare(
    "UPDATE auth_pairing_links SET consumed_at = ? WHERE credential = ? AND consumed_at IS NULL AND expires_at > ?",
  ).run(now, credential, now);
  if (Number(spent.changes) !== 1) return undefined;
  const id = randomUUID();
  const expiresAt = new Date(Date.now() + SESSION_MS).toISOString();
  const { column, value } = grant(behaviour);
  state.database.prepare(
    `INSERT INTO auth_sessions (session_id, subject, ${column}, method, issued_at, expires_at) VALUES (?, 'owner', ?, 'cookie', ?, ?)`,
  ).run(id, value, now, expiresAt);
  return { id, expiresAt };
}

/** The value of the cookie of a session. */
export function sessionToken(state: State, { id }: Session): string {
  return `${id}.${sign(state, id)}`;
}

/** The session of a cookie's value; `undefined` where it is forged, unknown or over. */
export function sessionOf(state: State, token: string): Session | undefined {
  const [id = "", signature = ""] = token.split(".");
  const expected = new TextEncoder().encode(sign(state, id));
  const given = new TextEncoder().encode(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const row = state.database.prepare(
    "SELECT expires_at AS expiresAt FROM auth_sessions WHERE session_id = ? AND revoked_at IS NULL AND expires_at > ?",
  ).get(id, new Date().toISOString()) as { expiresAt: string } | undefined;
  return row === undefined ? undefined : { id, expiresAt: row.expiresAt };
}

/** The name of the session cookie of this build, on this host and port. */
export function cookieName(
  state: State,
  { cookieEra }: Behaviour,
  { host, port }: { host: string; port: number },
): string {
  if (cookieEra === "environment") return `t3_session_${shortHash(state.environmentId)}`;
  const isLoopback = host === "localhost" || host === "::1" || host.startsWith("127.");
  if (cookieEra === "plain" || !isLoopback) return "t3_session";
  return `t3_session_${port}_${shortHash(state.stateDir)}`;
}

function grant({ schema }: Behaviour) {
  if (schema < SCOPES_ID) return { column: "role", value: "owner", shown: { role: "owner" } };
  return { column: "scopes", value: JSON.stringify(SCOPES), shown: { scopes: SCOPES } };
}

function sign({ signingKey }: State, id: string): string {
  return createHmac("sha256", signingKey).update(id).digest("base64url");
}
