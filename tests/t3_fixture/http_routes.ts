/**
 * The server's endpoints: those of t3 that are documented, and below `/api/fixture/` those a test
 * needs to see what reached it.
 *
 * @module
 */
import process from "node:process";
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { arch, hostname, platform, userInfo } from "node:os";
import { once } from "node:events";
import type { Behaviour } from "./behaviour.ts";
import { PAGE } from "./page.ts";
import { cookieName, exchange, type Session, sessionOf, sessionToken } from "./sessions.ts";
import { readSnapshot } from "./snapshot.ts";
import type { State } from "./state.ts";

/** One server. */
export interface Server {
  /** Its state. */
  readonly state: State;
  /** Where it keeps it. */
  readonly baseDir: string;
  /** Where it listens. */
  readonly address: { readonly host: string; readonly port: number };
  /** WebSocket tickets that are good, with their end in milliseconds since the epoch. */
  readonly tickets: Map<string, number>;
}

/** Answers one request. */
export async function answer(
  server: Server,
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const route = `${request.method} ${pathname}`;
  const session = currentSession(server, behaviour, request);
  if (behaviour.status !== undefined) {
    return json(response, behaviour.status, { error: `Status ${behaviour.status} by switch.` });
  }
  switch (route) {
    case "GET /.well-known/t3/environment":
      return json(response, 200, environmentOf(server, behaviour));
    case "GET /api/auth/session":
      return answerSession(server, behaviour, response, { session, request });
    case `POST ${behaviour.pairingEndpoint}`:
      return await answerPairing(server, behaviour, request, response);
  }
  if (request.method === "GET" && !pathname.startsWith("/api/")) {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(PAGE);
    return;
  }
  if (pathname.startsWith("/api/fixture/")) {
    return await answerTest(server, route, { request, response, searchParams });
  }
  const isKnown = route === "POST /api/auth/websocket-ticket" ||
    route === "GET /api/orchestration/snapshot";
  if (!isKnown) return json(response, 404, { error: "Not found." });
  if (session === undefined) return json(response, 401, { error: "Authentication required." });
  if (route === "GET /api/orchestration/snapshot") {
    return json(response, 200, readSnapshot(server.state.database, behaviour));
  }
  const ticket = randomBytes(24).toString("base64url");
  const endsMs = Date.now() + 300_000;
  server.tickets.set(ticket, endsMs);
  json(response, 200, { ticket, expiresAt: new Date(endsMs).toISOString() });
}

/** The session of a request, by the cookie of this build, or the old one where that is taken. */
export function currentSession(
  { state, address }: Server,
  behaviour: Behaviour,
  request: IncomingMessage,
): Session | undefined {
  const cookies = cookiesOf(request);
  const token = cookies.get(cookieName(state, behaviour, address)) ??
    (behaviour.cookieEra === "environment" ? cookies.get("t3_session") : undefined);
  return token === undefined ? undefined : sessionOf(state, token);
}

function environmentOf({ state }: Server, { version, reportedVersion }: Behaviour) {
  return {
    environmentId: state.environmentId,
    label: hostname(),
    platform: { os: platform(), arch: arch() },
    serverVersion: reportedVersion ?? version,
    capabilities: { repositoryIdentity: true },
  };
}

function answerSession(
  server: Server,
  behaviour: Behaviour,
  response: ServerResponse,
  { session, request }: { session: Session | undefined; request: IncomingMessage },
): void {
  const { state, address } = server;
  const name = cookieName(state, behaviour, address);
  if (session !== undefined && !cookiesOf(request).has(name)) {
    response.setHeader("set-cookie", cookieLine(name, state, session));
  }
  json(response, 200, {
    authenticated: session !== undefined,
    auth: {
      policy: "loopback-browser",
      bootstrapMethods: ["one-time-token"],
      sessionMethods: ["browser-session-cookie", "bearer-access-token"],
      sessionCookieName: name,
    },
    ...(session === undefined ? {} : { expiresAt: session.expiresAt }),
  });
}

async function answerPairing(
  { state, address }: Server,
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { credential } = JSON.parse(await textOf(request)) as { credential?: string };
  if (typeof credential !== "string") {
    return json(response, 400, { error: "Invalid bootstrap payload." });
  }
  const { pairsUnlessThread } = behaviour;
  if (pairsUnlessThread !== undefined) {
    const { threads } = readSnapshot(state.database, behaviour);
    if (threads.some(({ title }) => title === pairsUnlessThread)) {
      throw new Error(`SqlError: cannot decode thread "${pairsUnlessThread}"`);
    }
  }
  const session = exchange(state, behaviour, credential);
  if (session === undefined) return json(response, 401, { error: "Unknown bootstrap credential." });
  if (behaviour.setsCookie) {
    const name = cookieName(state, behaviour, address);
    response.setHeader("set-cookie", cookieLine(name, state, session));
  }
  const { expiresAt } = session;
  json(response, 200, { authenticated: true, sessionMethod: "browser-session-cookie", expiresAt });
}

function cookieLine(name: string, state: State, session: Session): string {
  const until = new Date(session.expiresAt).toUTCString();
  return `${name}=${
    sessionToken(state, session)
  }; Expires=${until}; HttpOnly; Path=/; SameSite=Lax`;
}

interface TestRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly searchParams: URLSearchParams;
}

/** What a test asks of the server behind whatever it tests. */
async function answerTest(
  { state, baseDir, address }: Server,
  route: string,
  { request, response, searchParams }: TestRequest,
): Promise<void> {
  switch (route) {
    case "GET /api/fixture/identity":
      return json(response, 200, {
        environmentId: state.environmentId,
        baseDir,
        port: address.port,
        user: userInfo().username,
        pid: process.pid,
      });
    case "GET /api/fixture/request":
    case "POST /api/fixture/request":
      await textOf(request);
      return json(response, 200, { url: request.url, rawHeaders: request.rawHeaders });
    case "POST /api/fixture/upload":
      return json(response, 200, await measured(request));
    case "POST /api/fixture/echo":
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.flushHeaders();
      request.pipe(response);
      return;
    case "GET /api/fixture/download":
      return await sendBytes(response, Number(searchParams.get("bytes")));
    default:
      return json(response, 404, { error: "Not found." });
  }
}

async function measured(request: IncomingMessage): Promise<{ bytes: number; sha1: string }> {
  const hash = createHash("sha1");
  let bytes = 0;
  for await (const piece of request) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha1: hash.digest("hex") };
}

async function sendBytes(response: ServerResponse, size: number): Promise<void> {
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": size });
  const block = Buffer.alloc(65_536, "0123456789abcdef");
  for (let left = size; left > 0; left -= block.length) {
    if (!response.write(block.subarray(0, left))) await once(response, "drain");
  }
  response.end();
}

function cookiesOf(request: IncomingMessage): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0) cookies.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return cookies;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** Sends JSON. */
export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
