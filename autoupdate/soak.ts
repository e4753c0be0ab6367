/**
 * Watches the moved instances until a build has proved itself.
 *
 * A build that answers once and dies a minute later must not become the last good one.
 *
 * @module
 */
import type { Outcome } from "./actions.ts";
import type { Effects, Instance } from "./effects.ts";
import type { Move } from "./state.ts";

/** How often to look, in milliseconds. */
const LOOK_EVERY_MS = 5_000;

/** What to watch. */
export interface SoakOptions {
  /** The build. */
  readonly to: string;
  /** Who uses it. */
  readonly users: readonly Move[];
  /** Until when, in milliseconds since the epoch. */
  readonly untilMs: number;
}

/** Watches to the end, or until one fails or the program is asked to stop. */
export async function soak(
  effects: Effects,
  instances: ReadonlyMap<string, Instance>,
  { to, users, untilMs }: SoakOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { services, clock, data } = effects;
  let watched = users;
  const first = new Map<string, number>();
  for (const { user } of users) first.set(user, await services.restarts(user));
  while (true) {
    for (const { user } of watched) {
      const restarts = await services.restarts(user);
      if (restarts > (first.get(user) ?? 0)) {
        return { is: "bad", user, why: `it ended ${restarts} times by itself` };
      }
      if (await services.isActive(user)) continue;
      // Whoever left has nothing running, which says nothing of the build.
      const isHere = (await effects.instances()).some((one) => one.user === user);
      if (isHere) return { is: "bad", user, why: "it does not run" };
      watched = watched.filter((move) => move.user !== user);
    }
    const leftMs = untilMs - clock.now();
    if (leftMs <= 0) break;
    await clock.sleep(Math.min(leftMs, LOOK_EVERY_MS), signal);
    if (signal.aborted) return { is: "unclear", why: "stopped while it soaked" };
  }
  for (const { user } of watched) {
    const instance = instances.get(user);
    if (instance === undefined) continue;
    const health = await effects.visit(instance, to, await data.sizeBytes(user));
    if (health.is === "bad") return { ...health, user };
    if (health.is === "unclear") return { is: "unclear", why: `${user}: ${health.why}` };
  }
  return { is: "ok" };
}
