/**
 * Whether the port of a unit is free for it, or its own.
 *
 * A port that somebody else holds made a unit of the system before this one restart 184,000 times;
 * here it is told who holds it, and nothing is started.
 *
 * @module
 */
import type { PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";

/**
 * Plans nothing; says who is in the way.
 *
 * @param context The scope.
 * @param port The port.
 * @param unit Who should listen on it.
 * @param user Whose unit it is.
 * @returns Whether the unit may start.
 */
export function* portStep(
  { host, items }: PlanContext,
  port: number,
  unit: string,
  user: string,
): Steps<boolean> {
  const resource = `port ${port}`;
  const listener = host.listener(port);
  const { active } = host.unit(unit);
  const isOwn = listener?.uid === host.account(user)?.uid && active === "active";
  if (listener?.others !== undefined) {
    const numbers = [listener.uid, ...listener.others].join(", ");
    yield items.error(
      resource,
      `port ${port} of ${unit} is listened on by several (numbers ${numbers}), on one address each`,
      `ss -ltnp sport = :${port}`,
    );
    return false;
  }
  if (listener === undefined || isOwn) {
    yield items.ok(resource);
    return true;
  }
  const holder = host.holder(port);
  const who = holder === undefined
    ? `number ${listener.uid}`
    : `"${holder.command}" (pid ${holder.pid}, number ${listener.uid})`;
  yield items.error(
    resource,
    `port ${port} of ${unit} is held by ${who}`,
    holder === undefined ? `ss -ltnp sport = :${port}` : `stop it: kill ${holder.pid}`,
  );
  return false;
}
