/**
 * The snapshot server inside the test's own process, on free loopback ports.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readEnv } from "../../core/env.ts";
import { type ListeningAt, serveSnapshot } from "../../snapshot/server/serve_snapshot.ts";
import { SERVER_ENV, type ServerEnv } from "../../snapshot/server/server_env.ts";
import { recordLog } from "./snapshot_fixture.ts";

/** What shows the token of {@linkcode serverConfig}. */
export const BEARER: Readonly<Record<string, string>> = { authorization: "Bearer s3cret" };

const LOOPBACK: Readonly<Record<string, string>> = {
  PW_TOKEN: "s3cret",
  HOST: "127.0.0.1",
  PORT: "0",
  METRICS_PORT: "0",
};

/** A server that runs. */
export interface SnapshotServer extends AsyncDisposable {
  /** The API's port. */
  readonly port: number;
  /** The snapshot's address. */
  readonly url: string;
  /** What it logged. */
  readonly lines: readonly string[];
  /** Stops it, as a signal does. */
  stop(): Promise<void>;
  /** Has it read the access file again, as SIGHUP does. */
  reload(): void;
  /** A page of the operator's port. */
  admin(page: string): Promise<{ status: number; text: string }>;
  /** How many requests it holds. */
  waiters(): Promise<number>;
}

/** A server's configuration: the defaults, a token, and ports of the kernel's choice. */
export function serverConfig(path: string, more: Partial<ServerEnv> = {}): ServerEnv {
  const defaults = readEnv(SERVER_ENV, { get: (name) => LOOPBACK[name] });
  return { ...defaults, SNAPSHOT_PATH: path, ...more };
}

/** Starts a server, which is stopped with the test. */
export async function startSnapshotServer(
  path: string,
  more: Partial<ServerEnv> = {},
): Promise<SnapshotServer> {
  const stopping = new AbortController();
  const { log, lines } = recordLog();
  const reload = new EventTarget();
  const { promise, resolve } = Promise.withResolvers<ListeningAt>();
  const config = serverConfig(path, more);
  const ended = serveSnapshot(config, { log, reload }, stopping.signal, resolve);
  const at = await Promise.race([promise, ended.then(() => assert.fail("it ended"))]);
  async function admin(page: string) {
    const response = await fetch(`http://127.0.0.1:${at.metricsPort}${page}`);
    return { status: response.status, text: await response.text() };
  }
  async function stop(): Promise<void> {
    stopping.abort();
    await ended;
  }
  return {
    port: at.port,
    url: `http://127.0.0.1:${at.port}/api/snapshot`,
    lines,
    stop,
    reload: () => void reload.dispatchEvent(new Event("reload")),
    admin,
    async waiters() {
      const { text } = await admin("/metrics");
      return Number(/^hearth_snapshot_server_waiters (\d+)$/m.exec(text)?.[1]);
    },
    [Symbol.asyncDispose]: stop,
  };
}
