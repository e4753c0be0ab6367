#!/usr/bin/env -S deno run -q --no-prompt -P=bridge
/**
 * CDP for remote clients, in front of a Chromium that listens on loopback only.
 *
 * @module
 */
import { BRIDGE_ENV, readBridgeConfig } from "./bridge/config.ts";
import { runBridge } from "./bridge/run_bridge.ts";
import { defineCommand, parseCommand } from "./core/command.ts";
import { runProgram } from "./core/program.ts";

if (import.meta.main) {
  await runProgram("bridge", async ({ args, env, log, signal }) => {
    const command = defineCommand({
      name: "bridge",
      description: "Share a loopback Chromium's DevTools port with remote CDP clients",
      examples: [
        ["deno run -P=bridge bridge.ts", "listen on 127.0.0.1:9222, for Chromium on 9223"],
        [
          "BRIDGE_ALLOWED_HOSTS=chrome-service deno run -P=bridge bridge.ts",
          "also answer clients that use this name",
        ],
      ],
      env: BRIDGE_ENV,
      exitCodes: { 0: "stopped by a signal", 1: "failed", 2: "bad usage or configuration" },
    });
    if (parseCommand(command, args) === "done") return 0;
    await runBridge({ config: readBridgeConfig(env), log, signal });
  });
}
