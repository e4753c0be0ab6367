#!/usr/bin/env -S deno run -q --no-prompt -P=dispatch
/**
 * From an authenticated person to their own t3 instance, paired.
 *
 * @module
 */
import { defineCommand, parseCommand } from "./core/command.ts";
import { runProgram } from "./core/program.ts";
import { DISPATCH_ENV, readDispatchConfig } from "./dispatch/config.ts";
import { runDispatch } from "./dispatch/run_dispatch.ts";

if (import.meta.main) {
  let reload = () => {};
  await runProgram("dispatch", async ({ args, env, log, signal }) => {
    const command = defineCommand({
      name: "t3-dispatch",
      description: "Lead everybody who comes through the ingress to their own t3 instance, paired",
      examples: [
        ["t3-dispatch", "listen on 127.0.0.1:3780, for an ingress on this machine"],
        [
          "DISPATCH_LISTEN_ADDR=0.0.0.0 DISPATCH_TRUSTED_PEERS=10.0.0.2 t3-dispatch",
          "for an ingress at 10.0.0.2",
        ],
        ["systemctl reload t3-dispatch", "look at the table at once, not within 250 ms"],
      ],
      env: DISPATCH_ENV,
      exitCodes: { 0: "stopped by a signal", 1: "failed", 2: "bad usage or configuration" },
    });
    if (parseCommand(command, args) === "done") return 0;
    await runDispatch({
      config: readDispatchConfig(env),
      log,
      signal,
      onReady: (look) => reload = look,
    });
  }, { onReload: () => reload() });
}
