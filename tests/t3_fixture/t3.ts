#!/usr/bin/env node
/**
 * The command line of the fixture, as t3's is documented.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { homedir } from "node:os";
import { readBehaviour } from "./behaviour.ts";
import { serve } from "./serve.ts";
import { createPairingLink, exchange, sessionToken } from "./sessions.ts";
import { openState } from "./state.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: "boolean" },
    host: { type: "string" },
    port: { type: "string" },
    "base-dir": { type: "string" },
    mode: { type: "string" },
    "no-browser": { type: "boolean" },
    ttl: { type: "string" },
    json: { type: "boolean" },
    "token-only": { type: "boolean" },
  },
});
const packageUrl = import.meta.url;
const baseDir = values["base-dir"] ?? process.env.T3CODE_HOME ?? `${homedir()}/.t3`;

if (values.version) printVersion();
else main(positionals.slice(0, 3).join(" "));

function main(command: string): void {
  switch (command) {
    case "serve":
      return serve({
        host: values.host ?? process.env.T3CODE_HOST ?? "127.0.0.1",
        port: Number(values.port ?? process.env.T3CODE_PORT ?? "3773"),
        baseDir,
        packageUrl,
      });
    case "pair":
    case "auth pairing create":
      return createPairing();
    case "auth session issue":
      return issueSession();
    case "auth pairing list":
      return list(
        "SELECT id, created_at AS createdAt, expires_at AS expiresAt FROM auth_pairing_links WHERE consumed_at IS NULL",
      );
    case "auth session list":
      return list(
        "SELECT session_id AS sessionId, method, issued_at AS issuedAt, expires_at AS expiresAt FROM auth_sessions WHERE revoked_at IS NULL",
      );
    default:
      process.stderr.write(`Unknown command: ${command}\n`);
      process.exit(1);
  }
}

function printVersion(): void {
  const { version, printedVersion, versionPrefix } = readBehaviour(packageUrl);
  process.stdout.write(`${versionPrefix}${printedVersion ?? version}\n`);
}

function createPairing(): void {
  const behaviour = readBehaviour(packageUrl, baseDir);
  const state = openState(baseDir, behaviour);
  const link = createPairingLink(state, behaviour, milliseconds(values.ttl ?? "5m"));
  state.database.close();
  print(link, `Issued client pairing token ${link.id}.\nToken: ${link.credential}`);
}

function issueSession(): void {
  const behaviour = readBehaviour(packageUrl, baseDir);
  const state = openState(baseDir, behaviour);
  const link = createPairingLink(state, behaviour, 60_000);
  const session = exchange(state, behaviour, link.credential);
  if (session === undefined) throw new Error("The credential was spent by somebody else");
  const token = sessionToken(state, session);
  state.database.close();
  if (values["token-only"]) process.stdout.write(`${token}\n`);
  else print({ sessionId: session.id, token, expiresAt: session.expiresAt }, `Token: ${token}`);
}

function list(sql: string): void {
  const state = openState(baseDir, readBehaviour(packageUrl, baseDir));
  const rows = state.database.prepare(sql).all();
  state.database.close();
  print(rows, rows.map((row) => JSON.stringify(row)).join("\n"));
}

function print(value: unknown, text: string): void {
  process.stdout.write(values.json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
}

function milliseconds(ttl: string): number {
  const match = /^(\d+)(s|m|h|d)$/.exec(ttl);
  if (match === null) throw new Error(`Invalid duration: ${ttl}`);
  const unit = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as "s"];
  return Number(match[1]) * unit;
}
