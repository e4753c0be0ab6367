/**
 * The updater as a process of a test: the program's own commands on a box without systemd, which
 * kills itself at a given effect.
 *
 * @module
 */
import { backup } from "../../autoupdate/backup.ts";
import { recoverAlone, takeLock } from "../../autoupdate/closing.ts";
import { readConfig } from "../../autoupdate/config.ts";
import { drain } from "../../autoupdate/drain.ts";
import type { BackupAhead, Effects } from "../../autoupdate/effects.ts";
import { openBox } from "../../autoupdate/real_effects.ts";
import { exitCodeOf, rollbackExitCode } from "../../autoupdate/report.ts";
import { rollback } from "../../autoupdate/rollback.ts";
import { dryRun, run } from "../../autoupdate/run.ts";
import { systemClock } from "../../core/clock.ts";
import { runProgram } from "../../core/program.ts";
import { unitClient } from "./unit_manager.ts";

interface Options {
  units: string;
  home: string;
  killAt?: number;
  killAfterMs?: number;
}

const CHANGING = new Set([
  "save",
  "stage",
  "gate",
  "freeze",
  "prepare",
  "point",
  "hold",
  "start",
  "stop",
  "backup",
  "beginBackup",
  "bring",
  // It puts a copy together that is in parts.
  "losses",
  "restore",
  // They change nothing, but take the longest, and a server of the new version runs meanwhile.
  "visit",
  "visitDirectly",
]);

/** The copy that is begun with one effect and finished with another. */
function isBackupAhead(result: unknown): result is BackupAhead {
  return typeof result === "object" && result !== null && "finish" in result;
}

await runProgram("autoupdate", async ({ args, env, log, signal, print }) => {
  const [command = "", json = "{}"] = args;
  const { units, home, killAt = Infinity, killAfterMs = 0 } = JSON.parse(json) as Options;
  const config = readConfig(env);
  const accountOf = (name: string) =>
    Promise.resolve({ name, uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, home: `${home}/${name}` });
  const box = openBox(config, {
    clock: systemClock,
    log,
    accountOf,
    services: unitClient(units),
    // A busy machine takes seconds for what takes none by itself.
    leastStartMs: 15_000,
    stopMs: 8_000,
  });
  const names: string[] = [];
  const context = { config, box: { ...box, effects: deadly(box.effects) }, signal };
  using _lock = await takeLock(context);
  const end = await act();
  print(`${end.result}: ${end.why}\neffects: ${names.join(" ")}\n`);
  return command === "rollback" ? rollbackExitCode(end.result) : exitCodeOf(end.result);

  async function act() {
    switch (command) {
      case "run":
        return await run(context);
      case "dry-run":
        return await dryRun(context);
      case "drain":
        return await drain(context);
      case "rollback":
        return await rollback(context, { to: undefined, why: "a test", isEvenBusy: false });
      case "recover":
        return await recoverAlone(context);
      default: {
        const { failed } = await backup(context);
        return {
          result: failed.length > 0 ? "inconclusive" as const : "nothing" as const,
          why: "",
        };
      }
    }
  }

  /** Counts the effects that change something, and is killed at one of them. */
  function deadly(effects: Effects): Effects {
    const wrapped: Record<string, unknown> = {};
    for (const [name, part] of Object.entries(effects)) {
      if (typeof part === "function") {
        wrapped[name] = CHANGING.has(name) ? counted(name, part) : part;
      } else if (name === "clock" || name === "log") wrapped[name] = part;
      else {
        wrapped[name] = Object.fromEntries(
          Object.entries(part).map(([inner, work]) => [
            inner,
            CHANGING.has(inner) ? counted(inner, work as () => unknown) : work,
          ]),
        );
      }
    }
    return wrapped as unknown as Effects;
  }

  function counted(name: string, work: (...args: never[]) => unknown) {
    return async (...args: never[]) => {
      if (names.push(name) === killAt) {
        if (killAfterMs === 0) Deno.kill(Deno.pid, "SIGKILL");
        setTimeout(() => Deno.kill(Deno.pid, "SIGKILL"), killAfterMs);
      }
      const result = await work(...args);
      if (!isBackupAhead(result)) return result;
      const { pids, finish } = result;
      const dispose = () => result[Symbol.asyncDispose]();
      return { pids, finish: counted("finish", finish), [Symbol.asyncDispose]: dispose };
    };
  }
});
