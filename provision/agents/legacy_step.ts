/**
 * Retires units that a user's server ran under before it was one of the system's.
 *
 * Left to run, such a unit holds the port, or fights for it: one did for 16 days, with 184,000
 * restarts, and nobody knew. A server is stopped only while nobody is connected to it; any doubt
 * means that somebody is.
 *
 * @module
 */
import { type HostView, textOf } from "../host_view.ts";
import type { PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";
import { shellQuote } from "../programs/shell_quote.ts";
import { mcpUnit } from "../users/user_units.ts";
import { legacyUnit, MAX_UNIT_BYTES } from "./legacy_unit.ts";

/** What a retired unit's file ends with, so that systemd does not read it. */
export const RETIRED_SUFFIX = ".superseded-by-system-unit";

/** Nobody has more of them; whoever has is not let delay the other users. */
const MOST_UNITS = 50;
const MOST_DROP_INS = 20;

const LEGACY = /^playwright-[A-Za-z0-9_.:@-]+\.(?:service|timer)$/;

/** Where a user's own units are. */
export function userUnitDirectory(home: string): string {
  return `${home}/.config/systemd/user`;
}

/**
 * Plans the retirement of what is idle, and says of the rest why it stays.
 *
 * @param context The user's scope.
 * @param user The user.
 */
export function* legacyStep({ host, items }: PlanContext, user: string): Steps {
  const account = host.account(user);
  if (account === undefined) return;
  const directory = userUnitDirectory(account.home);
  const units: string[] = [];
  const ports: number[] = [];
  const names = host.names(directory).filter((entry) => LEGACY.test(entry));
  for (const name of names.slice(0, MOST_UNITS)) {
    const path = `${directory}/${name}`;
    const resource = `legacy ${name}`;
    const fact = host.file(path);
    // Masked: it cannot run.
    if (fact.kind === "link" && fact.target === "/dev/null") continue;
    const unit = legacyUnit(name, textsOf(host, directory, name));
    if (unit.kind === "unknown") {
      const why = `${path} does not tell which port its server listens on, so that it may be busy`;
      yield items.warning(resource, `${why}; it is not retired`, byHand(user, name));
      continue;
    }
    const held = unit.kind === "server"
      ? unit.ports.filter((port) => isHeld(host, port, user))
      : [];
    const busy = held.find((port) => (host.listener(port)?.connections ?? 0) > 0);
    if (busy !== undefined) {
      const count = host.listener(busy)?.connections;
      const why = `its server on port ${busy} has established connections (${count})`;
      yield items.skipped(resource, `${why}; a run that finds none retires it`);
      continue;
    }
    units.push(name);
    const manager = `user@${account.uid}.service`;
    ports.push(...held.filter((port) => host.holder(port)?.unit === manager));
  }
  if (units.length === 0) return;
  yield items.change("legacy units", {
    cause: "found",
    summary: `retire ${units.join(", ")} of ${user}`,
    action: { kind: "retire_legacy", user, units, ports },
  });
}

/** Whether a port is held by somebody who may be the legacy server: not by our unit. */
function isHeld(host: HostView, port: number, user: string): boolean {
  const listener = host.listener(port);
  if (listener === undefined) return false;
  return host.holder(port)?.unit !== mcpUnit(user);
}

/** The unit's file and its drop-ins. */
function textsOf(host: HostView, directory: string, name: string): (string | undefined)[] {
  const dropIns = host.names(`${directory}/${name}.d`).filter((entry) => entry.endsWith(".conf"));
  if (dropIns.length > MOST_DROP_INS) return [undefined];
  const paths = [name, ...dropIns.map((entry) => `${name}.d/${entry}`)];
  return paths.map((path) => textOf(host, `${directory}/${path}`, MAX_UNIT_BYTES));
}

function byHand(user: string, unit: string): string {
  const stop = `systemctl --user disable --now ${shellQuote(unit)}`;
  return `runuser -l ${user} -c ${shellQuote(`XDG_RUNTIME_DIR=/run/user/$(id -u) ${stop}`)}`;
}
