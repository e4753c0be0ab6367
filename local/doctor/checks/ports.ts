/**
 * Whether every port of a dev box is its unit's, and whether whoever listens there answers.
 *
 * @module
 */
import type { ListenerFact, MachineFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { type MachineCheck, NO_BOX } from "../machine_check.ts";
import { driftsIn, envPathOf } from "./env_drift.ts";

/** A port, and whose it is. */
interface OwnedPort {
  readonly port: number;
  readonly unit: string;
  readonly uid: number | undefined;
  /** The file that gives the port. */
  readonly path: string;
}

/** The check. */
export const PORTS: MachineCheck = {
  name: "ports",
  okText: "every server has its port, answers on it, and nobody else has it",
  judge(facts) {
    if (!facts.isDevBox) return { skipped: NO_BOX };
    if (facts.uid !== 0) return { skipped: "only root sees who holds a port" };
    const owned = ownedPorts(facts);
    const { users, call } = facts;
    return [
      ...users.filter(({ user, mcpPort }) =>
        mcpPort === undefined && !driftsIn(facts, envPathOf(user))
      ).map(({ user }): Finding => ({
        text: `"${envPathOf(user)}" has no PLAYWRIGHT_PORT`,
        fix: `${call.provision} apply --user ${user}${call.config}`,
        about: [envPathOf(user), `playwright-mcp@${user}.service`],
      })),
      ...[...Map.groupBy(owned, ({ port }) => port).values()].flatMap((claims) =>
        claims.length > 1 ? judgeClaims(claims, facts) : claims.flatMap((one) => judge(one, facts))
      ),
    ];
  },
};

function ownedPorts({ users, dispatch }: MachineFacts): readonly OwnedPort[] {
  return [
    ...users.flatMap(({ user, uid, mcpPort, t3Port }) => [
      { port: mcpPort, unit: `playwright-mcp@${user}.service`, uid, path: envPathOf(user) },
      { port: t3Port, unit: `t3-serve@${user}.service`, uid, path: `/etc/t3-serve/${user}.env` },
    ]),
    ...dispatch === undefined ? [] : [{
      ...dispatch,
      unit: "t3-dispatch.service",
      path: "/etc/hearth/dispatch.env",
    }],
  ].flatMap((each) => each.port === undefined ? [] : [{ ...each, port: each.port }]);
}

function judgeClaims(claims: readonly OwnedPort[], { call }: MachineFacts): readonly Finding[] {
  const units = claims.map(({ unit }) => unit);
  const paths = claims.map(({ path }) => path);
  return [{
    text: `Port ${claims[0]?.port} is given to ${units.join(" and ")}, must be one's alone`,
    fix: `${call.provision} apply${call.config} && systemctl restart ${units.join(" ")}`,
    about: [...paths, ...units, `port ${claims[0]?.port}`],
  }];
}

function judge(
  { port, unit, uid, path }: OwnedPort,
  facts: MachineFacts,
): readonly Finding[] {
  const about = [`port ${port}`, unit];
  const stranger = facts.listeners.find((each) => each.port === port && each.uid !== uid);
  if (stranger !== undefined) {
    // A port that the file has wrong is somebody else's by right.
    if (driftsIn(facts, path)) return [];
    return [{
      text: `Port ${port} is held by ${holder(stranger)}, must be free for ${unit}`,
      fix: `${stopping(stranger)} && ${startingAgain(unit, facts)}`,
      about,
    }];
  }
  const isActive = facts.units?.find(({ name }) => name === unit)?.active === "active";
  if (!isActive) return [];
  const isListening = facts.listeners.some((each) => each.port === port);
  if (isListening && !facts.silentPorts.includes(port)) return [];
  return [{
    text: isListening
      ? `${unit} listens on port ${port} and answers nobody`
      : `${unit} runs and nobody listens on port ${port}`,
    fix: `systemctl restart ${unit}`,
    about,
  }];
}

/** A unit that may not start yet, such as t3 before its first release, is left alone. */
function startingAgain(unit: string, { units }: MachineFacts): string {
  return `systemctl reset-failed ${unit}; systemctl ${
    units?.some(({ name, enabled }) => name === unit && enabled === "enabled")
      ? "restart"
      : "try-restart"
  } ${unit}`;
}

function holder({ command, pid, uid, unit }: ListenerFact): string {
  if (pid === undefined) return `a process of user ${uid} that cannot be seen`;
  return `"${command}" (pid ${pid}${unit === undefined ? "" : `, ${unit}`})`;
}

function stopping({ port, pid, unit }: ListenerFact): string {
  if (unit !== undefined && unit.endsWith(".service") && !unit.startsWith("user@")) {
    return `systemctl stop ${unit}`;
  }
  return pid === undefined ? `fuser -k ${port}/tcp` : `kill ${pid}`;
}
