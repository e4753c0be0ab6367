/**
 * The gates that the configuration asks for: the one token, the access file, or both.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { Fault } from "../../core/fault.ts";
import type { HealthRegistry } from "../../core/health.ts";
import type { Logger } from "../../core/log.ts";
import { type AccessStore, createAccessStore } from "../access/access_store.ts";
import { type Grant, WHOLE_GRANT } from "../access/grant.ts";
import { type AccessGate, createAccessGate } from "./access_gate.ts";
import type { ServerEnv } from "./server_env.ts";
import { EVERYONE } from "./pull_times.ts";
import { createTokenGate, NO_TOKEN_STATE } from "./token_gate.ts";

/** What the gates need of the outside. */
export interface OpenGatesDeps {
  /** Time. */
  clock: Clock;
  /** Where faults of the files go. */
  health: HealthRegistry;
  /** The program's log. */
  log: Logger;
}

/** The gate of all requests, and how to have the access file looked at. */
export interface OpenGates {
  /** Decides about requests. */
  readonly gate: AccessGate;
  /** Looks at the access file, where there is one; what goes wrong is a health state. */
  reloadAccess(): Promise<void>;
  /** Who may read now, by name. */
  subjects(): readonly string[];
  /** The same, with what each may have. */
  readers(): readonly { readonly name: string; readonly grant: Grant }[];
}

/**
 * Opens them; both files have been read when it resolves, so that health is right from the start.
 *
 * @param config From the environment.
 * @param deps Effects.
 * @param onChange Told when other rules are in force.
 * @throws {Fault} When a path may not be read.
 */
export async function openGates(
  config: Pick<ServerEnv, "PW_TOKEN_FILE" | "PW_TOKEN" | "ACCESS_FILE">,
  deps: OpenGatesDeps,
  onChange: () => void,
): Promise<OpenGates> {
  const { PW_TOKEN_FILE: file, PW_TOKEN: token, ACCESS_FILE: path } = config;
  const { log, health } = deps;
  const hasToken = file !== undefined || token !== undefined;
  let access: AccessStore | undefined;
  if (path !== undefined) {
    const store = access = createAccessStore({
      path,
      health,
      log,
      onChange() {
        if (!hasToken) checkSubjects(store.rules()?.subjects.length ?? 0);
        onChange();
      },
    });
    await mayRead("ACCESS_FILE", store.reload());
  }
  const tokenGate = hasToken || path === undefined
    ? await mayRead("PW_TOKEN_FILE", createTokenGate({ file, token, ...deps }))
    : undefined;

  function checkSubjects(count: number): void {
    if (count > 0) return health.clear(NO_TOKEN_STATE);
    const text = `No token is configured: access file "${path}" names no subject`;
    health.raise(NO_TOKEN_STATE, "error", text);
    log.error(text, { state: NO_TOKEN_STATE });
  }

  function readers(): readonly { readonly name: string; readonly grant: Grant }[] {
    const nowMs = deps.clock.now();
    const named = (access?.rules()?.subjects ?? [])
      .filter(({ expiresMs = Infinity }) => nowMs < expiresMs);
    return tokenGate === undefined ? named : [...named, { name: EVERYONE, grant: WHOLE_GRANT }];
  }

  return {
    gate: createAccessGate({ tokenGate, access, clock: deps.clock }),
    readers,
    subjects: () => readers().map(({ name }) => name),
    async reloadAccess() {
      try {
        await access?.reload();
      } catch (error) {
        // Only a path that has come to lead out of the permissions, as a new symlink can.
        log.error("cannot look at the access file", { error });
      }
    },
  };
}

/** A path outside the permissions is a mistake of whoever started the program, not of the file. */
export async function mayRead<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new Fault(`Cannot read ${name}: the program's permissions do not cover that path`, {
      code: "config",
      cause: error,
    });
  }
}
