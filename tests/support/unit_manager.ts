/**
 * Units without systemd, for tests that kill whoever uses them: instances run as children of the
 * test, which outlives the updater, starts again what died, and can lose its power.
 *
 * @module
 */
import { type Child, startChild } from "../../core/process.ts";
import { serveArgs } from "../../t3/cli.ts";
import type { Instance, Services } from "../../autoupdate/effects.ts";

/** Units that run. */
export interface UnitManager extends AsyncDisposable {
  /** Where {@linkcode unitClient} asks. */
  readonly origin: string;
  /** Every instance dies at once, and those that have a version start again. */
  cutPower(): Promise<void>;
  /** Milliseconds from the stop of an instance to its next start, newest last. */
  readonly interruptions: readonly number[];
}

/** What it runs. */
export interface UnitOptions {
  /** The instances. */
  readonly instances: readonly Instance[];
  /** The directory of the pointers. */
  readonly instancesDir: string;
  /** A user's home. */
  readonly homeOf: (user: string) => string;
  /** Where Node is. */
  readonly nodeDir: string;
}

interface Unit {
  child: Child | undefined;
  isWanted: boolean;
  restarts: number;
}

/** Starts it. */
export function startUnitManager(options: UnitOptions): UnitManager {
  const units = new Map<string, Unit>(
    options.instances.map(({ user }) => [user, { child: undefined, isWanted: false, restarts: 0 }]),
  );
  const interruptions: number[] = [];
  const stoppedAt = new Map<string, number>();

  function start(user: string): void {
    const unit = units.get(user);
    const port = options.instances.find((one) => one.user === user)?.port;
    if (unit === undefined || port === undefined || unit.child !== undefined) return;
    const program = `${options.instancesDir}/${user}/bin/t3`;
    // As ConditionPathExists= does.
    if (!exists(program)) return;
    unit.isWanted = true;
    const baseDir = `${options.homeOf(user)}/.t3`;
    const child = startChild({
      command: program,
      args: serveArgs({ host: "127.0.0.1", port, baseDir }),
      clearEnv: true,
      env: { PATH: `${options.nodeDir}:/usr/bin:/bin`, HOME: options.homeOf(user) },
      onLine: () => {},
    });
    unit.child = child;
    const since = stoppedAt.get(user);
    if (since !== undefined) interruptions.push(performance.now() - since);
    stoppedAt.delete(user);
    child.ended.then(({ code }) => {
      if (unit.child !== child) return;
      unit.child = undefined;
      if (!unit.isWanted || code === 130) return;
      unit.restarts++;
      start(user);
    });
  }

  async function stop(user: string, isKill = false): Promise<void> {
    const unit = units.get(user);
    if (unit === undefined) return;
    unit.isWanted = false;
    stoppedAt.set(user, performance.now());
    const { child } = unit;
    unit.child = undefined;
    if (isKill) child?.kill("SIGKILL");
    await child?.stop(2_000);
  }

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const [, action, user = ""] = new URL(request.url).pathname.split("/");
      if (action === "start") start(user);
      if (action === "stop") await stop(user);
      const unit = units.get(user);
      return Response.json({ isActive: unit?.child !== undefined, restarts: unit?.restarts ?? 0 });
    },
  );
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    interruptions,
    async cutPower() {
      await Promise.all([...units.keys()].map((user) => stop(user, true)));
      for (const user of units.keys()) start(user);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...units.keys()].map((user) => stop(user, true)));
      await server.shutdown();
    },
  };
}

/** The units as the updater sees them. */
export function unitClient(origin: string): Services {
  const ask = async (action: string, user: string) => {
    const response = await fetch(`${origin}/${action}/${user}`, { method: "POST" });
    return await response.json() as { isActive: boolean; restarts: number };
  };
  return {
    isActive: async (user) => (await ask("show", user)).isActive,
    restarts: async (user) => (await ask("show", user)).restarts,
    start: async (user) => void await ask("start", user),
    stop: async (user) => void await ask("stop", user),
  };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
