/**
 * A user's local copy of the snapshot, once or following: `deno run -P=refresh refresh.ts`.
 *
 * @module
 */
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "./core/command.ts";
import { Fault } from "./core/fault.ts";
import { runProgram } from "./core/program.ts";
import { followSnapshot } from "./snapshot/refresh/follow.ts";
import { plainHttpWarning } from "./snapshot/refresh/plain_http.ts";
import { refreshCopy } from "./snapshot/refresh/refresh_copy.ts";
import { readRefreshEnv, REFRESH_ENV } from "./snapshot/refresh/refresh_env.ts";
import { REFRESH_EXIT_CODES } from "./snapshot/refresh/refresh_fault.ts";

await runProgram("refresh", async ({ args, env, log, signal }) => {
  const command = defineCommand({
    name: "refresh",
    description: "Keep a local copy of the shared browser state for new Playwright sessions",
    examples: [
      [
        "PLAYWRIGHT_SNAPSHOT_URL=https://chrome.example.com/api/snapshot refresh",
        "refresh once, as a timer does",
      ],
      ["refresh --follow", "stay, and have every login within a second"],
    ],
    env: REFRESH_ENV,
    exitCodes: {
      0: "refreshed, or nothing new",
      1: "failed in a way that has no code of its own",
      2: "wrong usage or configuration",
      [REFRESH_EXIT_CODES.token]: "no token to show",
      [REFRESH_EXIT_CODES.unauthorized]: "the server refuses the token",
      [REFRESH_EXIT_CODES.not_yet]: "nothing has been harvested yet",
      [REFRESH_EXIT_CODES.server]: "the server failed, or something else answered",
      [REFRESH_EXIT_CODES.tls]: "the server's certificate cannot be trusted",
      [REFRESH_EXIT_CODES.unreachable]: "the server cannot be reached",
      [REFRESH_EXIT_CODES.invalid]: "the answer is no whole storage state",
      [REFRESH_EXIT_CODES.write]: "the copy cannot be written",
    },
  })
    .option("--once", "refresh once (the default)")
    .option("--follow", "stay and refresh whenever there is news");
  if (parseCommand(command, args) === "done") return;
  const { once, follow } = command.opts();
  if (once && follow) throw usageFault("--once and --follow exclude each other", "refresh");
  const config = readRefreshEnv(env);
  const warning = plainHttpWarning(config.url);
  if (warning !== undefined) log.warn(warning);
  try {
    if (follow) return await followSnapshot(config, { clock: systemClock, log }, signal);
    const outcome = await refreshCopy(config, { clock: systemClock }, { signal });
    if (outcome.kind === "unchanged") log.info("nothing new", { path: config.targetPath });
    else {
      const { sizeBytes, etag, ageMs } = outcome;
      log.info("refreshed", { path: config.targetPath, sizeBytes, etag, ageMs });
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new Fault(`Cannot refresh: ${error.message}`, { code: "config", cause: error });
    }
    if (signal.aborted) throw new Fault("Cannot refresh: stopped by a signal", { cause: error });
    throw error;
  }
});
